package io.covenant.locks.client;

import io.covenant.locks.session.Moment;

/// The machine's two clocks.
@FunctionalInterface
interface Clocks {

    Moment now();

    static Clocks ofTheMachine() {
        long begun = System.nanoTime();
        return () -> new Moment(System.nanoTime() - begun, System.currentTimeMillis());
    }
}
