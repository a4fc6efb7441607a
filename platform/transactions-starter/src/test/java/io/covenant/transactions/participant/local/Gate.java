package io.covenant.transactions.participant.local;

import java.util.concurrent.CountDownLatch;

/// Holds whoever comes to it until it is opened, and tells when somebody has come.
final class Gate {

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    void pass() throws InterruptedException {
        reached.countDown();
        open.await();
    }

    void awaitReached() throws InterruptedException {
        reached.await();
    }

    void open() {
        open.countDown();
    }
}
