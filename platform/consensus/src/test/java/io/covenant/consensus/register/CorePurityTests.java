package io.covenant.consensus.register;

import io.covenant.simulation.PureCore;

class CorePurityTests extends PureCore {

    CorePurityTests() {
        super("io.covenant.consensus.register");
    }
}
