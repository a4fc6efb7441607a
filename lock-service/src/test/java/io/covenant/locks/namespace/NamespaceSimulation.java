package io.covenant.locks.namespace;

import io.covenant.simulation.Seeds;

class NamespaceSimulation {

    @Seeds(10_000)
    void doesAsTheModelDoes(long seed) {
        RandomRun.play(seed);
    }
}
