package io.covenant.locks.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.client.Election.Leader;
import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockLostException;
import io.covenant.locks.client.LockRefusedException;
import io.covenant.locks.client.LockRequest;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.Want;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the client offers, as a node does it.
@Timeout(120)
class ClientOnOneNodeTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private static SingleNode node;
    private static Api api;

    private LockClient ann;
    private LockClient bob;

    @BeforeAll
    static void start() throws Exception {
        node = new SingleNode(directory, Map.of());
        api = node.api();
        node.awaitArmed();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /// Ann's session is the older one.
    @BeforeEach
    void open() throws InterruptedException {
        ann = client("ann");
        bob = client("bob");
    }

    private static LockClient client(String name) throws InterruptedException {
        var client = LockClient.builder(List.of(api.address())).name(name).build();
        client.acquire("opens/" + name).release();
        return client;
    }

    @AfterEach
    void close() {
        ann.close();
        bob.close();
    }

    private static CompletableFuture<LeasedLock> waits(LockClient client, LockRequest request) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return client.acquire(request.waiting(PATIENCE));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static int queue(String name) {
        return api.get("/api/v1/locks/" + name).body().path("queue").asInt();
    }

    @Test
    void sharesThePermitsOfASemaphore() throws Exception {
        var two = ann.acquire(LockRequest.permits("pool", 2, 3));

        assertThat(bob.tryAcquire(LockRequest.permits("pool", 2, 3).trying())).isEmpty();
        var one = bob.acquire(LockRequest.permits("pool", 1, 3));
        assertThatExceptionOfType(LockRefusedException.class)
                .isThrownBy(
                        () -> bob.tryAcquire(LockRequest.permits("pool", 1, 4).trying()))
                .satisfies(refused -> assertThat(refused.problem().code()).isEqualTo("capacity-differs"));
        var waiting = waits(bob, LockRequest.permits("pool", 2, 3).strand(7));
        await().atMost(PATIENCE).until(() -> queue("pool") == 1);
        two.release();
        var more = waiting.get(30, TimeUnit.SECONDS);

        assertThat(more.token()).isGreaterThan(one.token());
        assertThat(ann.tryAcquire(LockRequest.permits("pool", 1, 3).trying())).isEmpty();
    }

    @Test
    void letsReadersShareAndAWriterWait() throws Exception {
        var one = ann.acquire(LockRequest.shared("page"));
        var other = bob.acquire(LockRequest.shared("page"));

        var writer = waits(ann, LockRequest.exclusive("page").strand(7));
        await().atMost(PATIENCE).until(() -> queue("page") == 1);
        one.release();
        assertThat(writer).isNotDone();
        other.release();

        assertThat(writer.get(30, TimeUnit.SECONDS).token()).isGreaterThan(other.token());
    }

    @Test
    void acquiresSeveralAllOrNone() throws Exception {
        var left = ann.acquire("left");
        var both = LockRequest.of(Want.exclusive("left"), Want.exclusive("right"));

        assertThat(bob.tryAcquire(both.trying())).isEmpty();
        var waiting = waits(bob, both);
        await().atMost(PATIENCE).until(() -> queue("left") == 1);
        assertThat(api.get("/api/v1/locks/right").body().path("holders").size()).isZero();
        left.release();

        var held = waiting.get(30, TimeUnit.SECONDS);
        assertThat(held.names()).containsExactlyInAnyOrder("left", "right");
        assertThat(held.token()).isGreaterThan(left.token());
    }

    @Test
    void tellsTheYoungestOfADeadlockToGiveWay() throws Exception {
        ann.acquire(LockRequest.exclusive("hen").strand(1));
        var egg = bob.acquire(LockRequest.exclusive("egg").strand(1));
        var waiting = waits(ann, LockRequest.exclusive("egg").strand(1));
        await().atMost(PATIENCE).until(() -> queue("egg") == 1);

        assertThatExceptionOfType(LockRefusedException.class)
                .isThrownBy(
                        () -> bob.acquire(LockRequest.exclusive("hen").strand(1).waiting(PATIENCE)))
                .satisfies(refused -> assertThat(refused.deadlock()).isTrue());
        egg.release();

        assertThat(waiting.get(30, TimeUnit.SECONDS).isValid()).isTrue();
    }

    @Test
    void electsTheNextWhenTheLeaderResigns() throws Exception {
        var heard = new LinkedBlockingQueue<Optional<Leader>>();
        var first = ann.election("office").campaign("10.0.0.1:80");
        try (var _ = bob.election("office").observe(heard::add)) {
            assertThat(heard.poll(30, TimeUnit.SECONDS))
                    .contains(new Leader(ann.session(), first.token(), "10.0.0.1:80"));
            assertThat(bob.election("office").campaign("10.0.0.2:80", Duration.ZERO))
                    .isEmpty();

            first.release();
            var second = bob.election("office").campaign("10.0.0.2:80");

            assertThat(second.token()).isGreaterThan(first.token());
            var now = new Leader(bob.session(), second.token(), "10.0.0.2:80");
            await().atMost(PATIENCE).until(() -> heard.contains(Optional.of(now)));
            assertThat(ann.election("office").leader()).contains(now);
        }
    }

    @Test
    void hearsThatAnOperatorTookItsLock() throws Exception {
        var lost = new CompletableFuture<String>();
        var contended = new CompletableFuture<Boolean>();
        var lock = ann.acquire("taken").onLost(lost::complete).onContended(() -> contended.complete(true));
        await("who hears of others hears of operators").atMost(PATIENCE).until(() -> {
            bob.tryAcquire("taken", Duration.ofMillis(100));
            return contended.isDone();
        });

        var said = api.post(
                "/admin/locks/force-release", "{\"name\":\"taken\",\"reason\":\"stuck\"}", "X-Operator", "eve");

        assertThat(said.status()).isEqualTo(204);
        assertThat(lost.get(30, TimeUnit.SECONDS)).contains("operator");
        assertThat(lock.isValid()).isFalse();
        assertThat(lock.isLost()).isTrue();
        assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::release);
        assertThat(bob.acquire("taken").token()).isGreaterThan(lock.token());
    }

    @Test
    void hearsOfFilesThatComeAndGoWithTheirSession() throws Exception {
        var heard = new LinkedBlockingQueue<LockEvent>();
        var listening = new CompletableFuture<Boolean>();
        bob.files().makeDirectory("/here");
        try (var _ = bob.watch("/here/", () -> listening.complete(true), (_, event) -> heard.add(event))) {
            listening.get(30, TimeUnit.SECONDS);

            var written = ann.files().createEphemeral("/here/ann", "hello".getBytes(StandardCharsets.UTF_8));
            assertThat(heard.poll(30, TimeUnit.SECONDS))
                    .isEqualTo(new LockEvent.Changed("/here/ann", LockEvent.Change.CREATED, written.generation()));
            assertThatExceptionOfType(LockRefusedException.class)
                    .isThrownBy(() -> bob.files().write("/here/ann", new byte[0], written.generation() - 1))
                    .satisfies(
                            refused -> assertThat(refused.problem().current()).isEqualTo(written.generation()));
            ann.close();

            assertThat(heard.poll(30, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            LockEvent.Changed.class,
                            gone -> assertThat(gone.change()).isEqualTo(LockEvent.Change.DELETED));
            assertThat(bob.files().read("/here/ann")).isEmpty();
        }
    }
}
