package io.covenant.locks.session;

import io.covenant.simulation.PureCore;

class SessionPurityTests extends PureCore {

    SessionPurityTests() {
        super("io.covenant.locks.session..", new String[] {"io.covenant.locks.wire.."});
    }
}
