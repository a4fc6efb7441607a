package io.covenant.locks.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@RealPostgres
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FencingGuardTests {

    private final TestDatabase database;
    private FencingGuard guard;

    FencingGuardTests(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    void makeTables() throws IOException {
        try (var script = FencingGuard.class.getResourceAsStream("/db/fencing/V1__fence.sql")) {
            database.migrate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        database.migrate("create table shelf (sku text primary key, counted int not null, by_whom text not null)");
    }

    @BeforeEach
    void begins() {
        database.migrate("delete from fence; delete from fence_refusal; delete from shelf");
        guard = new FencingGuard(database.runtime());
    }

    /// Refusals are written later than they are told: none of one test is to be found by the next.
    @AfterEach
    void writesAllRefusals() {
        guard.close();
    }

    private Connection begin() throws SQLException {
        var connection = database.runtime().getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private void count(Connection connection, int counted, long token, String who) throws SQLException {
        guard.check(connection, "stock/apple", token, who);
        try (var write = connection.prepareStatement(
                "insert into shelf values ('apple', ?, ?) on conflict (sku) do update set counted = ?, by_whom = ?")) {
            write.setInt(1, counted);
            write.setString(2, who);
            write.setInt(3, counted);
            write.setString(4, who);
            write.executeUpdate();
        }
    }

    private int waiting() throws SQLException {
        try (var connection = database.superuser().getConnection();
                var rows = connection
                        .createStatement()
                        .executeQuery("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                + " and datname = current_database()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private String ask(String sql) throws SQLException {
        try (var connection = database.runtime().getConnection();
                var rows = connection.createStatement().executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    @Test
    void letsTheSameAndNewerTokensPass() throws SQLException {
        for (long token : new long[] {7, 7, 9}) {
            try (var write = begin()) {
                count(write, 1, token, "ann");
                write.commit();
            }
        }

        try (var read = begin()) {
            assertThat(guard.current(read, "stock/apple")).isEqualTo(9);
            assertThat(guard.current(read, "stock/pear")).isZero();
        }
    }

    @Test
    void refusesAHolderThatWasStoppedAndWakesUpLate() throws SQLException {
        try (var stopped = begin();
                var next = begin()) {
            // Ann holds the lock with 33, and is stopped before she writes; her lease ends, Bob gets it with 34.
            count(next, 20, 34, "bob");
            next.commit();

            assertThatExceptionOfType(FencedOffException.class)
                    .isThrownBy(() -> count(stopped, 10, 33, "ann"))
                    .withMessage("stock/apple was written under token 34; token 33 is too old")
                    .satisfies(refused -> assertThat(List.of(refused.given(), refused.current()))
                            .containsExactly(33L, 34L));
            stopped.rollback();
        }
        assertThat(ask("select by_whom || ' ' || counted from shelf")).isEqualTo("bob 20");
        await().untilAsserted(() -> assertThat(ask("select who || ': ' || resource || ', ' || reason from fence_refusal"
                        + " where resource = 'stock/apple'"))
                .isEqualTo("ann: stock/apple, the lock passed on: token 33 is older than 34"));
    }

    @Test
    void tellsWhoWasRefusedAndWhatFor() throws SQLException {
        try (var next = begin()) {
            guard.check(next, "stock/pear", 34, "bob");
            next.commit();
        }
        try (var stopped = begin()) {
            assertThatExceptionOfType(FencedOffException.class)
                    .isThrownBy(() -> guard.check(stopped, "stock/pear", 33, "ann", "a count of 10"));
            stopped.rollback();
        }

        await().untilAsserted(() -> {
            try (var look = begin()) {
                assertThat(guard.refusals(look, 5)).singleElement().satisfies(refusal -> {
                    assertThat(refusal.who()).isEqualTo("ann");
                    assertThat(refusal.resource()).isEqualTo("stock/pear");
                    assertThat(refusal.given()).isEqualTo(33);
                    assertThat(refusal.current()).isEqualTo(34);
                    assertThat(refusal.reason())
                            .isEqualTo("a count of 10: the lock passed on: token 33 is older than 34");
                    assertThat(refusal.at()).isNotNull();
                });
            }
        });
    }

    @Test
    void makesAnOlderTokenWaitForTheTransactionOfANewerOne() throws Exception {
        try (var newer = begin();
                var older = begin()) {
            count(newer, 20, 34, "bob");
            var late = CompletableFuture.supplyAsync(() -> {
                try {
                    count(older, 10, 33, "ann");
                    return "written";
                } catch (FencedOffException e) {
                    return "refused";
                } catch (SQLException e) {
                    return e.toString();
                }
            });
            await().until(() -> waiting() == 1);
            assertThat(late).isNotDone();

            newer.commit();

            assertThat(late.get()).isEqualTo("refused");
            older.rollback();
        }
    }

    @Test
    void forgetsATokenWhoseWriteRolledBack() throws SQLException {
        try (var write = begin()) {
            count(write, 1, 50, "ann");
            write.rollback();
            count(write, 2, 40, "bob");
            write.commit();
        }
        assertThat(ask("select token from fence")).isEqualTo("40");
    }

    @Test
    void refusesToWorkWithoutATransactionOrAToken() throws SQLException {
        try (var connection = database.runtime().getConnection()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> guard.check(connection, "stock/apple", 1, "ann"))
                    .withMessageContaining("in the transaction of the write");
            connection.setAutoCommit(false);
            assertThatIllegalArgumentException().isThrownBy(() -> guard.check(connection, "stock/apple", 0, "ann"));
        }
    }

    @Test
    void acceptsRisingTokensOnlyHoweverManyWriteAtOnce() throws Exception {
        database.migrate("create table if not exists written (n bigint generated always as identity, token bigint)");
        List<Long> tokens = new ArrayList<>(
                IntStream.rangeClosed(1, 120).mapToObj(Long::valueOf).toList());
        Collections.shuffle(tokens, new java.util.Random(7));
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (long token : tokens) {
                pool.execute(() -> {
                    try (var write = begin()) {
                        try {
                            guard.check(write, "stock/plum", token, "w" + token);
                            write.createStatement().execute("insert into written (token) values (" + token + ")");
                            write.commit();
                        } catch (FencedOffException e) {
                            write.rollback();
                        }
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
            }
        }
        assertThat(ask("select count(*) from (select token, lag(token) over (order by n) as before from written) w"
                        + " where before > token"))
                .isEqualTo("0");
        assertThat(ask("select max(token) from written")).isEqualTo("120");
    }
}
