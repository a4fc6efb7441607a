package io.covenant.consensus.raft;

import io.covenant.simulation.PureCore;

class CorePurityTests extends PureCore {

    CorePurityTests() {
        super("io.covenant.consensus.raft..");
    }
}
