package io.covenant.locks.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.session.SessionState;
import java.net.URI;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;

/// What becomes of a thread's locks when the session is lost that holds them.
@Timeout(180)
class LeasedLockRegistryTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final OneLockNode node = new OneLockNode();
    private final LockClient client = LockClient.builder(List.of(URI.create(node.address())))
            .ttl(Duration.ofSeconds(3))
            .grace(Duration.ofSeconds(1))
            .patience(Duration.ofSeconds(10))
            .build();
    private final LeasedLockRegistry registry = new LeasedLockRegistry(client, "");

    @AfterEach
    void closeAll() {
        client.close();
        node.close();
    }

    private void loseTheSession() {
        node.endSession();
        await().atMost(PATIENCE).until(() -> client.state() == SessionState.EXPIRED);
    }

    private long acquisitions() {
        return node.server.requests.stream()
                .filter(request -> request.body().contains("\"wants\""))
                .count();
    }

    @Test
    void entersAgainWhatItHolds() throws InterruptedException {
        var lock = registry.obtain("a");
        assertThat(lock.tryLock()).isTrue();

        assertThat(lock.tryLock()).isTrue();
        assertThat(lock.tryLock(1, TimeUnit.SECONDS)).isTrue();
        lock.unlock();
        lock.unlock();
        lock.unlock();

        assertThatIllegalStateException().isThrownBy(lock::unlock);
    }

    @Test
    void doesNotEnterAgainWhatItLostAndMayBeFreeByNow() throws InterruptedException {
        var lock = registry.obtain("a");
        assertThat(lock.tryLock()).isTrue();
        loseTheSession();
        long before = acquisitions();

        assertThat(lock.tryLock(1, TimeUnit.SECONDS)).isFalse();

        assertThat(acquisitions()).isEqualTo(before);
        assertThatIllegalStateException().isThrownBy(lock::token);
        assertThat(lock.tryLock()).as("anew, as everybody may").isTrue();
        lock.unlock();
        assertThatIllegalStateException().isThrownBy(lock::unlock);
    }

    @Test
    void tellsWhoWouldEnterAgainThatItLostIt() {
        var lock = registry.obtain("a");
        assertThat(lock.tryLock()).isTrue();
        loseTheSession();

        assertThatExceptionOfType(ConcurrentModificationException.class).isThrownBy(lock::lock);
        assertThatExceptionOfType(ConcurrentModificationException.class).isThrownBy(lock::unlock);
        assertThatIllegalStateException().isThrownBy(lock::unlock);
        registry.expireUnusedOlderThan(-1);
        assertThat(registry.obtain("a")).isNotSameAs(lock);
    }

    @Test
    void revokesALeaderThatLostItsSessionThoughTheLockIsFree() throws Exception {
        leads(heard -> {
            node.endSession();

            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("revoked");
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("granted");
        });
    }

    @Test
    void revokesALeaderThatTheServiceDoesNotAnswer() throws Exception {
        leads(heard -> {
            node.server.kill();

            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("revoked");
        });
    }

    private interface Reign {

        void over(BlockingQueue<String> heard) throws Exception;
    }

    private void leads(Reign reign) throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var initiator = new LockRegistryLeaderInitiator(registry, new DefaultCandidate("me", "office") {
            @Override
            public void onGranted(Context granted) {
                heard.add("granted");
            }

            @Override
            public void onRevoked(Context revoked) {
                heard.add("revoked");
            }
        });
        initiator.start();
        try {
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("granted");
            reign.over(heard);
        } finally {
            initiator.destroy();
        }
    }
}
