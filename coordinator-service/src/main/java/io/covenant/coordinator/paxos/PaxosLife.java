package io.covenant.coordinator.paxos;

import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/// Introduces the acceptor and starts to look after transactions when the server takes requests; ends before it does.
final class PaxosLife implements SmartLifecycle {

    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final PaxosTransactions transactions;
    private final Admission admission;
    private final Janitor janitor;
    private volatile boolean running;

    PaxosLife(PaxosTransactions transactions, Admission admission, Janitor janitor) {
        this.transactions = transactions;
        this.admission = admission;
        this.janitor = janitor;
    }

    @Override
    public void start() {
        running = true;
        admission.start();
        janitor.start();
    }

    @Override
    public void stop() {
        running = false;
        janitor.stop();
        transactions.drain(PATIENCE);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// The others answer introductions when their servers run, and want this one to.
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
