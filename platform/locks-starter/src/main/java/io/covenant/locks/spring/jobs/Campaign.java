package io.covenant.locks.spring.jobs;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockException;
import io.covenant.locks.session.SessionState;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands for one office as long as the application runs: waits for it, holds it, and when it is lost stands
/// again.
final class Campaign implements Leadership, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Campaign.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final LockClient client;
    private final String job;
    private final String who;
    private final Thread thread;
    private volatile @Nullable LeasedLock held;
    private volatile boolean standsFor;
    private volatile boolean closed;

    Campaign(LockClient client, String job, String who) {
        this.client = client;
        this.job = job;
        this.who = who;
        this.thread = Thread.ofVirtual().name("leader-of-" + job).start(this::stand);
    }

    @Override
    public String job() {
        return job;
    }

    @Override
    public Standing standing() {
        var office = held;
        if (office != null && office.isValid()) {
            return Standing.LEADS;
        }
        return office == null && standsFor && client.state() == SessionState.SAFE ? Standing.FOLLOWS : Standing.UNKNOWN;
    }

    @Override
    public OptionalLong token() {
        var office = held;
        return office != null && office.isValid() ? OptionalLong.of(office.token()) : OptionalLong.empty();
    }

    private void stand() {
        while (!closed) {
            try {
                standsFor = true;
                serve(client.election("jobs/" + job).campaign(who));
            } catch (LockException | IllegalStateException failed) {
                standsFor = false;
                LOG.debug("nobody can be elected for {}: {}", job, failed.getMessage());
                if (!pause()) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /// Returns when the office is lost.
    private void serve(LeasedLock office) throws InterruptedException {
        var lost = new CountDownLatch(1);
        held = office;
        LOG.info("{} does the job {} from now on, token {}", who, job, office.token());
        try {
            office.onLost(why -> {
                LOG.warn("{} no longer does the job {}: {}", who, job, why);
                lost.countDown();
            });
            lost.await();
        } finally {
            held = null;
            standsFor = false;
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /// The session's end, which follows, passes the office on.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
