package io.covenant.locks.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.session.SessionState;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
class LockClientTests {

    private final FakeLockService service = new FakeLockService(3);
    private final LockClient client = build(Duration.ofSeconds(9), Duration.ofSeconds(30));

    private LockClient build(Duration ttl, Duration patience) {
        return LockClient.builder(service.addresses())
                .name("tests")
                .ttl(ttl)
                .attempt(Duration.ofSeconds(5))
                .patience(patience)
                .build();
    }

    @AfterEach
    void closeAll() {
        service.hang(false);
        client.close();
        service.close();
    }

    @Test
    void holdsALockWithATokenUntilItIsReleased() throws InterruptedException {
        try (var lock = client.acquire("customers/42")) {
            assertThat(lock.token()).isPositive();
            assertThat(lock.sequencer()).isEqualTo("v1:exclusive:" + lock.token() + ":customers/42");
            assertThat(lock.isValid()).isTrue();
            assertThat(lock.remainingMillis()).isBetween(1L, 9_000L);
            assertThat(client.state()).isEqualTo(SessionState.SAFE);
            assertThat(service.holds("customers/42")).isTrue();
        }
        assertThat(service.holds("customers/42")).isFalse();
        assertThat(service.sessions()).isEqualTo(1);
    }

    @Test
    void letsAThreadAcquireAgainWhatItHolds() throws InterruptedException {
        var once = client.acquire("a");
        var twice = client.acquire("a");
        assertThat(twice.holds()).isEqualTo(2);
        assertThat(twice.token()).isEqualTo(once.token());

        once.release();
        assertThat(service.holds("a")).isTrue();
        twice.release();
        assertThat(service.holds("a")).isFalse();
    }

    @Test
    void tellsThatOthersHoldIt() throws Exception {
        var lock = client.acquire("a");
        var other = CompletableFuture.supplyAsync(() -> {
            try {
                return client.tryAcquire("a").or(() -> {
                    try {
                        return client.tryAcquire("a", Duration.ofMillis(150));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(other.get()).isEmpty();
        lock.release();
    }

    @Test
    void passesALockOnToOneThatWaits() throws Exception {
        var lock = client.acquire("a");
        var waiting = CompletableFuture.supplyAsync(() -> {
            try (var next = client.acquire("a")) {
                return next.token();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> service.count(seen -> seen.path().endsWith("/acquire")) >= 2);
        long token = lock.token();

        lock.release();

        assertThat(waiting.get()).isGreaterThan(token);
    }

    @Test
    void hearsByTheEventsThatItsTurnHasCome() throws Exception {
        var lock = client.acquire("a");
        await().until(() -> {
            long before = keptOpen();
            client.acquire("b").release();
            return keptOpen() == before;
        });
        long before = keptOpen();
        var waiting = CompletableFuture.supplyAsync(() -> {
            try (var next = client.acquire("a")) {
                return next.token();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> service.count(
                        seen -> seen.path().endsWith("/acquire") && seen.body().contains("\"a\""))
                >= 2);
        long token = lock.token();

        lock.release();

        assertThat(waiting.get()).isGreaterThan(token);
        assertThat(keptOpen()).isEqualTo(before);
    }

    /// Requests that the service was asked to keep open.
    private long keptOpen() {
        return service.count(seen -> seen.headers().containsKey("Prefer"));
    }

    @Test
    void waitsWithoutTheEventsWhereTheyAreNotHeard() throws Exception {
        try (var deaf = LockClient.builder(service.addresses())
                .ttl(Duration.ofSeconds(3))
                .events(false)
                .build()) {
            var lock = client.acquire("a");
            var waiting = CompletableFuture.supplyAsync(() -> {
                try (var next = deaf.acquire("a")) {
                    return next.isValid();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> service.count(seen -> seen.headers().containsKey("Prefer")) >= 1);

            lock.release();

            assertThat(waiting.get()).isTrue();
        }
    }

    @Test
    void sendsTogetherWhatManyThreadsAsk() throws Exception {
        client.acquire("warm").release();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> tokens = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                var name = "lock-" + i;
                tokens.add(threads.submit(() -> {
                    try (var lock = client.acquire(name)) {
                        return lock.token();
                    }
                }));
            }
            var distinct = new HashSet<Long>();
            for (var token : tokens) {
                distinct.add(token.get());
            }
            assertThat(distinct).hasSize(400);
        }
        assertThat(service.largestCall()).isBetween(2, 256);
        assertThat(service.holds("lock-7")).isFalse();
    }

    @Test
    void keepsSessionsAliveTogetherThatShareItsConnections() throws Exception {
        var others = IntStream.range(0, 20)
                .mapToObj(i -> client.another("other-" + i).start())
                .toList();
        client.start();
        await().until(() -> service.sessions() == 21);

        await().until(() -> service.count(seen -> seen.path().equals("/api/v1/lock-keep-alives")
                        && seen.body().split("\"session\"", -1).length > 3)
                > 2);

        assertThat(service.count(seen -> seen.path().endsWith("/keep-alive"))).isLessThan(21);
        assertThat(others).allMatch(other -> other.state() == SessionState.SAFE);
        others.forEach(LockClient::close);
        await().until(() -> service.sessions() == 1);
        client.acquire("a").release();
    }

    @Test
    void losesTheLocksOfOneSessionAndKeepsThoseOfAnother() throws Exception {
        try (var other = client.another("other")) {
            var lost = client.acquire("a");
            var kept = other.acquire("b");

            service.expire(client.session());

            await().until(() -> !lost.isValid());
            assertThat(kept.isValid()).isTrue();
            kept.release();
        }
    }

    @Test
    void goesOnWithTheConnectionsOfOneThatIsClosed() throws Exception {
        var other = client.another("other");
        client.close();

        other.acquire("a").release();

        other.close();
        assertThat(service.sessions()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> client.another("late"));
    }

    @Test
    void listensToEventsOnceItWantsALock() throws Exception {
        client.start();
        await().until(() -> client.state() == SessionState.SAFE);
        assertThat(service.listeners()).isZero();

        client.acquire("a");

        await().until(() -> service.listeners() == 1);
    }

    @Test
    void asksByTheApplicationsOwnHttpClient() throws Exception {
        try (var http = HttpClient.newHttpClient();
                var other = LockClient.builder(service.addresses()).http(http).build()) {
            other.acquire("a").release();
        }
        assertThat(service.holds("a")).isFalse();
    }

    @Test
    void followsToThePrimaryAndRemembersIt() throws InterruptedException {
        service.lead(2);
        client.acquire("a").release();
        long redirected = service.count(seen -> seen.node() != 2);

        for (int i = 0; i < 5; i++) {
            client.acquire("a").release();
        }

        assertThat(service.count(seen -> seen.node() != 2)).isEqualTo(redirected);
    }

    @Test
    void acquiresOnceThoughAnswersAreLost() throws InterruptedException {
        client.acquire("warm").release();
        service.answersToLose.set(2);

        var lock = client.acquire("a");

        assertThat(lock.holds()).isEqualTo(1);
        assertThat(service.count(seen -> seen.path().endsWith("/acquire"))).isGreaterThanOrEqualTo(3);
        lock.release();
        assertThat(service.holds("a")).isFalse();
    }

    @Test
    void waitsUntilThereIsAPrimary() throws InterruptedException {
        service.refusals.set(6);

        client.acquire("a").release();

        assertThat(service.refusals).hasValue(0);
    }

    @Test
    void saysThatNoNodeAnswers() {
        service.refusals.set(Integer.MAX_VALUE);

        try (var impatient = build(Duration.ofSeconds(3), Duration.ofSeconds(1))) {
            assertThatExceptionOfType(LockServiceUnavailableException.class)
                    .isThrownBy(() -> impatient.tryAcquire("a"))
                    .withMessageStartingWith("a: ");
        }
    }

    @Test
    void keepsItsPlaceWhenThePrimaryDies() throws Exception {
        var lock = client.acquire("a");
        var waiting = CompletableFuture.supplyAsync(() -> {
            try (var next = client.acquire("a")) {
                return next.isValid();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> service.count(seen -> seen.path().endsWith("/acquire")) >= 2);

        service.lead(1);
        service.kill(0);
        lock.release();

        assertThat(waiting.get()).isTrue();
        assertThat(service.sessions()).isEqualTo(1);
    }

    @Test
    void losesEveryLockWhenTheSessionEndsAndNeverRevivesThem() throws InterruptedException {
        var changes = new CopyOnWriteArrayList<SessionState>();
        var lost = new AtomicReference<String>();
        client.listen(new LockClientListener() {
            @Override
            public void sessionChanged(SessionChange change) {
                changes.add(change.to());
            }
        });
        var lock = client.acquire("a").onLost(lost::set);
        long session = lock.session();

        service.expireAll();
        await().until(() -> lost.get() != null && changes.contains(SessionState.EXPIRED));

        assertThat(lock.isValid()).isFalse();
        assertThat(lost.get()).contains("the service has ended it");
        assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::requireValid);
        assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::release);
        var again = client.acquire("a");
        assertThat(again.session()).isNotEqualTo(session);
        assertThat(again.isValid()).isTrue();
        assertThat(lock.isValid()).isFalse();
        await().untilAsserted(() ->
                assertThat(changes).startsWith(SessionState.SAFE, SessionState.EXPIRED, SessionState.SAFE));
    }

    @Test
    void doesNotBelieveInALockWhileNobodyAnswersAndDoesAgainWhenSomebodyDoes() throws InterruptedException {
        try (var brief = build(Duration.ofSeconds(3), Duration.ofSeconds(30))) {
            var lock = brief.acquire("a");

            service.hang(true);
            await().until(() -> !lock.isValid());
            assertThat(brief.state()).isEqualTo(SessionState.JEOPARDY);
            assertThatExceptionOfType(LockLostException.class)
                    .isThrownBy(lock::requireValid)
                    .withMessageContaining("JEOPARDY");
            service.hang(false);

            await().until(lock::isValid);
            lock.release();
        }
    }

    @Test
    void interruptsGuardedWorkWhenItsLockIsLost() {
        var working = new CountDownLatch(1);
        var _ = CompletableFuture.runAsync(() -> {
            try {
                working.await();
                service.expireAll();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(() -> client.guarded(LockRequest.exclusive("a"), lock -> {
                    working.countDown();
                    TimeUnit.SECONDS.sleep(50);
                    return lock.token();
                }))
                .withCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void givesGuardedWorkItsLockAndItsResult() throws InterruptedException {
        long token = client.guarded(LockRequest.exclusive("a"), lock -> lock.isValid() ? lock.token() : 0);

        assertThat(token).isPositive();
        assertThat(service.holds("a")).isFalse();
        assertThatIllegalStateException()
                .isThrownBy(() -> client.guarded(LockRequest.exclusive("a"), _ -> {
                    throw new IllegalStateException("the work's own");
                }));
        assertThat(service.holds("a")).isFalse();
    }

    @Test
    void takesAnInterruptedWaitBack() throws Exception {
        var lock = client.acquire("a");
        var interrupted = new CountDownLatch(1);
        var waiter = Thread.ofVirtual().start(() -> {
            try {
                client.acquire("a");
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        await().until(() -> service.count(seen -> seen.path().endsWith("/acquire")) >= 2);

        waiter.interrupt();
        interrupted.await();

        await().until(() -> service.count(seen -> seen.path().endsWith("/cancel")) == 1);
        lock.release();
        await().during(Duration.ofMillis(100)).until(() -> !service.holds("a"));
    }

    @Test
    void hearsOfALockThatAnOperatorTook() throws InterruptedException {
        var lost = new AtomicReference<String>();
        var lock = client.acquire("a").onLost(lost::set);
        await().until(() -> service.listeners() == 1);

        service.forceRelease("a");

        await().until(() -> lost.get() != null);
        assertThat(lock.isValid()).isFalse();
        assertThat(client.state()).isEqualTo(SessionState.SAFE);
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(lock::release)
                .withMessageContaining("not-held");
    }

    @Test
    void hearsOfOthersWhoBeginToWait() throws InterruptedException {
        var contended = new AtomicInteger();
        var lock = client.acquire("a").onContended(contended::incrementAndGet);
        await().until(() -> service.listeners() == 1);

        service.tell("contended", "{\"name\":\"a\",\"token\":" + lock.token() + "}");

        await().until(() -> contended.get() == 1);
        lock.release();
    }

    @Test
    void endsTheSessionWhenItIsClosed() throws InterruptedException {
        var lock = client.acquire("a");

        client.close();

        assertThat(service.sessions()).isZero();
        assertThat(lock.isValid()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> client.tryAcquire("a"));
    }

    @Test
    void readsAndWritesFilesByGeneration() throws InterruptedException {
        var files = client.files();
        assertThat(files.read("/services/orders")).isEmpty();

        var written = files.createEphemeral("/services/orders", "127.0.0.1:8101".getBytes(UTF_8));
        files.write("/services/orders", "127.0.0.1:8102!".getBytes(UTF_8), written.generation());

        assertThat(files.read("/services/orders").orElseThrow().text()).isEqualTo("127.0.0.1:8102!");
        assertThatExceptionOfType(LockRefusedException.class)
                .isThrownBy(() -> files.write("/services/orders", "x".getBytes(UTF_8), 3))
                .satisfies(refused -> assertThat(refused.problem().code()).isEqualTo("wrong-generation"));
        files.delete("/services/orders");
        assertThat(files.read("/services/orders")).isEmpty();
        var put = service.seen.stream()
                .filter(seen -> seen.method().equals("PUT"))
                .findFirst()
                .orElseThrow();
        assertThat(put.path()).isEqualTo("/api/v1/files/services/orders?ephemeral=true");
        assertThat(put.headers()).containsKeys("X-Lock-Session", "X-Lock-Seq", "X-Lock-Ack-Up-To", "If-None-Match");
    }

    @Test
    void leadsUntilItResignsAndIsObserved() throws InterruptedException {
        var election = client.election("office");
        List<Optional<Election.Leader>> told = new CopyOnWriteArrayList<>();
        try (var watch = election.observe(told::add)) {
            assertThat(watch).isNotNull();
            await().until(() -> told.size() == 1 && service.listeners() == 1);

            var office = election.campaign("here");
            service.tell("granted", "{\"seq\":1,\"name\":\"office\",\"mode\":\"LEADER\",\"token\":1}");
            await().until(() -> told.size() == 2);
            office.release();
            service.tell("released", "{\"name\":\"office\",\"token\":1,\"cause\":\"RELEASED\"}");
            await().until(() -> told.size() == 3);

            assertThat(told.get(0)).isEmpty();
            assertThat(told.get(1)).contains(new Election.Leader(office.session(), office.token(), "here"));
            assertThat(told.get(2)).isEmpty();
        }
    }

    @Test
    void resumesAWatchAfterTheLastIndexItHeard() throws Exception {
        var heard = new CopyOnWriteArrayList<String>();
        try (var watch = client.watch("/services", (_, event) -> heard.add(event.event()))) {
            assertThat(watch).isNotNull();
            await().until(() -> service.listeners() == 1);
            service.tell("changed", "{\"path\":\"/services/a\",\"change\":\"CREATED\",\"generation\":1}");
            await().until(() -> heard.size() == 1);

            service.hangUpStreams();
            await().until(() -> service.listeners() == 1);
            service.tell("compacted", "{\"index\":7}");

            await().until(() -> heard.size() == 2);
        }
        assertThat(heard).containsExactly("changed", "compacted");
        var resumed = service.seen.stream()
                .filter(seen -> seen.path().startsWith("/api/v1/watch"))
                .toList()
                .getLast();
        assertThat(resumed.headers()).containsEntry("Last-Event-ID", "101");
    }

    @Test
    void encodesWhatAPathMayNotHold() {
        assertThat(HttpCalls.encoded("/a b/ü?#%:x")).isEqualTo("/a%20b/%C3%BC%3F%23%25%3Ax");
    }
}
