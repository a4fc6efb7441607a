package io.covenant.locks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockException;
import io.covenant.locks.client.LockFiles;
import io.covenant.locks.client.LockLostException;
import io.covenant.locks.client.LockRefusedException;
import io.covenant.locks.client.LockRequest;
import io.covenant.locks.cluster.Files;
import io.covenant.locks.fencing.FencedOffException;
import io.covenant.locks.fencing.FencingGuard;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.simulation.history.FencedLock;
import io.covenant.simulation.history.GuardedCounter;
import io.covenant.simulation.history.Linearizability;
import io.covenant.simulation.history.LockRules;
import io.covenant.simulation.history.Recorder;
import io.covenant.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients that take turns at a counter under a lock, each increment shown to the guard at the counter's database, and
/// read and write one small file of the service between their turns; everything is written down.
final class GuardedWriters implements AutoCloseable {

    private static final String LOCK = "counter/one";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TestDatabase database;
    private final FencingGuard guard;
    private final List<LockClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Recorder<FencedLock.Input, FencedLock.Output> locks = Recorder.counting();
    private final Recorder<GuardedCounter.Input, GuardedCounter.Output> counter = Recorder.counting();
    private final Recorder<Files.Input, Files.Output> files = Recorder.counting();
    private final String path = "/file-" + UUID.randomUUID();
    private final AtomicInteger written = new AtomicInteger();
    private volatile boolean over;

    static void makeTables(TestDatabase database) throws IOException {
        try (var script = FencingGuard.class.getResourceAsStream("/db/fencing/V1__fence.sql")) {
            database.migrate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        database.migrate("create table counter (name text primary key, n bigint not null);"
                + " create table counted (at bigint generated always as identity, token bigint not null)");
    }

    GuardedWriters(TestDatabase database, List<URI> nodes, int writers) {
        this.database = database;
        this.guard = new FencingGuard(database.runtime());
        database.migrate("delete from fence; delete from counted; delete from counter;"
                + " insert into counter values ('one', 0)");
        for (int i = 1; i <= writers; i++) {
            var client = LockClient.builder(nodes)
                    .name("writer-" + i)
                    .ttl(Duration.ofSeconds(10))
                    .grace(Duration.ofMinutes(3)) // three processes start at once, on a machine that may be slow
                    .build();
            clients.add(client);
            String who = "writer-" + i;
            threads.add(Thread.ofVirtual().name(who).start(() -> write(client, who)));
        }
    }

    private void write(LockClient client, String who) {
        var losses = new HashMap<Long, Recorder<FencedLock.Input, FencedLock.Output>.Call>();
        var file = new FileUser(client, who);
        while (!over) {
            try {
                turn(client, who, losses);
                file.use();
            } catch (InterruptedException end) {
                break;
            }
        }
        long alive = client.session();
        losses.forEach((session, loss) -> {
            if (session == alive) {
                loss.neverHappened();
            } else {
                loss.unknown();
            }
        });
    }

    /// A session may end, for all its client knows, from its first grant on: such an end is a loss of unknown outcome.
    private void turn(
            LockClient client, String who, Map<Long, Recorder<FencedLock.Input, FencedLock.Output>.Call> losses)
            throws InterruptedException {
        long session = client.session();
        String holder = who + "#" + session;
        losses.computeIfAbsent(session, _ -> locks.invoke(who, new FencedLock.Input.Lose(LOCK, holder)));
        var acquire = locks.invoke(who, new FencedLock.Input.Acquire(LOCK, holder));
        LeasedLock lock;
        try {
            lock = client.acquire(LockRequest.exclusive(LOCK).waiting(Duration.ofSeconds(20)));
        } catch (LockException notNow) {
            acquire.unknown();
            return;
        }
        if (lock.session() != session) {
            // Of another session than was expected: it begins with this grant.
            acquire.neverHappened();
            var late = locks.invoke(who, new FencedLock.Input.Acquire(LOCK, who + "#" + lock.session()));
            losses.computeIfAbsent(
                    lock.session(), id -> locks.invoke(who, new FencedLock.Input.Lose(LOCK, who + "#" + id)));
            late.unknown();
        } else {
            acquire.answered(new FencedLock.Output.Granted(lock.token()));
        }
        increment(lock.token(), who);
        var release = locks.invoke(who, new FencedLock.Input.Release(LOCK, who + "#" + lock.session(), lock.token()));
        try {
            lock.release();
            if (lock.session() == client.session()) {
                release.answered(new FencedLock.Output.Released());
            } else {
                release.unknown();
            }
        } catch (LockLostException lost) {
            release.unknown();
        }
    }

    private void increment(long token, String who) {
        var call = counter.invoke(who, new GuardedCounter.Input.Increment("one", token));
        try (Connection connection = database.runtime().getConnection()) {
            connection.setAutoCommit(false);
            guard.check(connection, LOCK, token, who);
            long count;
            try (var statement = connection.createStatement()) {
                try (var rows = statement.executeQuery("update counter set n = n + 1 where name = 'one' returning n")) {
                    rows.next();
                    count = rows.getLong(1);
                }
                statement.execute("insert into counted (token) values (" + token + ")");
            }
            connection.commit();
            call.answered(new GuardedCounter.Output.Count(count));
            written.incrementAndGet();
        } catch (FencedOffException fenced) {
            call.answered(new GuardedCounter.Output.Fenced(fenced.current()));
        } catch (SQLException unknown) {
            call.unknown();
        }
    }

    /// Reads the file, writes it if it is as it was, writes it however it is, and so on.
    private final class FileUser {

        private final LockClient client;
        private final String who;
        private long seen;
        private int times;

        FileUser(LockClient client, String who) {
            this.client = client;
            this.who = who;
        }

        void use() throws InterruptedException {
            switch (times++ % 3) {
                case 0 -> read();
                case 1 -> write(seen);
                default -> write(Files.ANY);
            }
        }

        private void read() throws InterruptedException {
            var call = files.invoke(who, new Files.Input.Read(path));
            try {
                var content = client.files().read(path);
                seen = content.map(LockFiles.Content::generation).orElse(0L);
                call.answered(new Files.Output.Content(
                        seen, content.map(LockFiles.Content::text).orElse("")));
            } catch (LockException notNow) {
                call.neverHappened();
            }
        }

        private void write(long expected) throws InterruptedException {
            var text = who + ' ' + times;
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            var call = files.invoke(who, new Files.Input.Write(path, text, expected));
            try {
                var done = expected == Files.ANY
                        ? client.files().write(path, bytes)
                        : expected == 0
                                ? client.files().create(path, bytes)
                                : client.files().write(path, bytes, expected);
                seen = done.generation();
                call.answered(new Files.Output.Written(seen));
            } catch (LockRefusedException refused) {
                var current = refused.problem().current();
                if (refused.problem().is(LockProblemCode.WRONG_GENERATION) && current != null) {
                    seen = current;
                    call.answered(new Files.Output.WrongGeneration(current));
                } else {
                    call.unknown();
                }
            } catch (LockException notNow) {
                call.unknown();
            }
        }
    }

    /// Waits until so many more increments are written.
    void awaitMore(int increments) {
        int now = written.get();
        await("%d more increments after %d".formatted(increments, now))
                .atMost(PATIENCE)
                .until(() -> written.get() >= now + increments);
    }

    /// Of all writers, as soon as each has one.
    List<Long> sessions() {
        await("a session of each")
                .atMost(PATIENCE)
                .until(() -> clients.stream().allMatch(client -> client.session() != 0));
        return clients.stream().map(LockClient::session).toList();
    }

    /// Ends the writing, and checks all of it: nothing lost, nothing doubled, nothing out of order.
    void requireRight() throws InterruptedException, SQLException {
        stop();
        long shows = number("select n from counter");
        assertThat(GuardedCounter.everyIncrementCounts(counter.history(), "one", shows))
                .isEmpty();
        assertThat(number("select count(*) from counted")).isEqualTo(shows);
        assertThat(number("select count(*) from (select token, lag(token) over (order by at) as before from counted) x"
                        + " where token <= before"))
                .as("tokens out of order")
                .isZero();
        assertThat(LockRules.tokensRise(FencedLock.grants(locks.history()))).isEmpty();
        Linearizability.of(new GuardedCounter()).require(counter.history());
        Linearizability.of(new FencedLock()).require(locks.history());
        Linearizability.of(new Files()).require(files.history());
    }

    private long number(String query) throws SQLException {
        try (var connection = database.runtime().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void stop() throws InterruptedException {
        over = true;
        for (var thread : threads) {
            if (!thread.join(Duration.ofSeconds(30))) {
                thread.interrupt();
                thread.join();
            }
        }
    }

    @Override
    public void close() {
        over = true;
        threads.forEach(Thread::interrupt);
        clients.forEach(LockClient::close);
        guard.close();
    }
}
