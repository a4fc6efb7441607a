package io.covenant.locks.spring;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockClientListener;
import io.covenant.locks.client.SessionChange;
import io.covenant.locks.session.SessionState;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens another session some time after one has ended: an instance that is out of service without one gets
/// no work that would open it.
final class EagerSession implements LockClientListener {

    private static final Logger LOG = LoggerFactory.getLogger(EagerSession.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final LockClient client;

    EagerSession(LockClient client) {
        this.client = client;
    }

    @Override
    public void sessionChanged(SessionChange change) {
        if (change.to() == SessionState.EXPIRED) {
            Thread.ofVirtual().name("locks-eager").start(this::open);
        }
    }

    private void open() {
        try {
            Thread.sleep(PAUSE);
            client.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException closed) {
            LOG.debug("no other session", closed);
        }
    }
}
