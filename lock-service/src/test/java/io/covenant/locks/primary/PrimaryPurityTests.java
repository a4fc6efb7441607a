package io.covenant.locks.primary;

import io.covenant.simulation.PureCore;

class PrimaryPurityTests extends PureCore {

    PrimaryPurityTests() {
        super("io.covenant.locks.primary..", new String[] {"io.covenant.locks.namespace.."});
    }
}
