package io.covenant.security.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.security.audit.AuditReport.Finding;
import io.covenant.security.audit.AuditReport.Kind;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditChainTests {

    private static final AuditChain CHAIN = new AuditChain("act");

    private TestDatabase database;

    @BeforeEach
    void fiveActs() throws IOException {
        database = PostgresInstance.shared().create("audit").migrate("""
                create table act (
                    id     bigint      generated always as identity primary key,
                    at     timestamptz not null default clock_timestamp(),
                    who    text        not null,
                    detail text,
                    more   jsonb
                );
                insert into act (who, detail) values ('olga', 'before there was a chain'), ('oleg', null);
                """);
        migrate();
        act("olga");
        act("oleg");
        act("ole");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private void migrate() throws IOException {
        try (var script = AuditChain.class.getResourceAsStream("R__audit_chain.sql")) {
            assertThat(script).isNotNull();
            if (script != null) {
                database.migrate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        database.migrate("select chain_audit('act')");
    }

    private void act(String who) {
        run(
                database.runtime(),
                "insert into act (who, detail, more) values ('%s', 'did it', '{\"b\": 1.50, \"a\": \"\u00fc\"}')"
                        .formatted(who));
    }

    private static void run(DataSource as, String sql) {
        try (var connection = as.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private AuditReport check() {
        try (var connection = database.runtime().getConnection()) {
            return CHAIN.check(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As whoever may do anything in the database, the chain itself included.
    private void plant(String sql) {
        run(
                database.superuser(),
                "alter table act disable trigger all; alter table act drop constraint act_number_key; " + sql);
    }

    private static Finding finding(long number, Kind kind, String detail) {
        return new Finding(number, kind, detail);
    }

    @Test
    void isWholeWhenNobodyTouchedIt() {
        var report = check();

        assertThat(report.findings()).isEmpty();
        assertThat(report.whole()).isTrue();
        assertThat(report.entries()).isEqualTo(5);
        assertThat(report.head()).hasSize(64).isNotEqualTo(AuditWalk.BEGINNING);
    }

    @Test
    void isWholeWhenThereIsNothing() {
        database.migrate("create table other_act (id bigint generated always as identity primary key);"
                + "select chain_audit('other_act')");

        try (var connection = database.runtime().getConnection()) {
            assertThat(new AuditChain("other_act").check(connection))
                    .isEqualTo(new AuditReport("other_act", true, 0, 0, AuditWalk.BEGINNING, List.of()));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void goesOnWhenItIsMigratedAgain() throws IOException {
        migrate();
        act("olga");

        assertThat(check().findings()).isEmpty();
        assertThat(check().entries()).isEqualTo(6);
    }

    @Test
    void doesNotDependOnAnybodysTimeZone() throws SQLException {
        run(database.runtime(), "set timezone = 'Asia/Tokyo'; insert into act (who) values ('akira')");

        try (var connection = database.runtime().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("set timezone = 'America/Lima'");
            assertThat(CHAIN.check(connection).findings()).isEmpty();
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void whatWasTakenBackLeavesNoGap() throws SQLException {
        try (Connection connection = database.runtime().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into act (who) values ('nobody')");
            connection.rollback();
        }
        act("olga");

        assertThat(check().findings()).isEmpty();
        assertThat(check().entries()).isEqualTo(6);
    }

    @Test
    void theServiceItselfAddsAndChangesNothing() {
        for (var sql : new String[] {
            "update act set who = 'nobody'",
            "delete from act",
            "truncate act",
            "update audit_head set number = 0",
            "delete from audit_head",
            "insert into audit_head values ('x', 0, '')",
            "select chain_audit('act')"
        }) {
            assertThatThrownBy(() -> run(database.runtime(), sql)).as(sql).hasStackTraceContaining("permission denied");
        }
        assertThat(check().findings()).isEmpty();
        assertThat(check().entries()).isEqualTo(5);
    }

    @Test
    void nobodyPutsAHeadOfTheirOwnBeforeIt() {
        run(
                database.owner(),
                "create temporary table audit_head (audit text, number bigint, hash text);"
                        + " insert into audit_head values ('act', 77, 'forged'); insert into act (who) values ('mallory')");

        assertThat(check().findings()).isEmpty();
        assertThat(check().entries()).isEqualTo(6);
    }

    @Test
    void findsAnEntryThatWasChanged() {
        plant("update act set who = 'nobody' where number = 3");

        assertThat(check().findings())
                .containsExactly(finding(3, Kind.CHANGED, "it does not say what it said when it was added"));
    }

    @Test
    void findsAnEntryThatWasReplacedHashAndAll() {
        plant("update act set who = 'nobody' where number = 3;"
                + " set timezone = 'UTC'; update act set hash = encode(sha256(convert_to((to_jsonb(act) - 'hash')::text, 'UTF8')), 'hex')"
                + " where number = 3");

        assertThat(check().findings())
                .containsExactly(finding(4, Kind.UNLINKED, "it was added after another entry than the one before it"));
    }

    @Test
    void findsThatTheLastEntryWasReplacedHashAndAll() {
        plant("update act set who = 'nobody' where number = 5;"
                + " set timezone = 'UTC'; update act set hash = encode(sha256(convert_to((to_jsonb(act) - 'hash')::text, 'UTF8')), 'hex')"
                + " where number = 5");

        assertThat(check().findings()).containsExactly(finding(5, Kind.UNLINKED, "another entry was the last"));
    }

    @Test
    void findsEntriesThatWereRemoved() {
        plant("delete from act where number in (1, 3, 4)");

        assertThat(check().findings())
                .containsExactly(
                        finding(1, Kind.REMOVED, "it is missing"), finding(3, Kind.REMOVED, "2 entries are missing"));
    }

    @Test
    void findsThatTheEndWasRemoved() {
        plant("delete from act where number > 3");

        assertThat(check().findings()).containsExactly(finding(4, Kind.REMOVED, "2 entries are missing"));
    }

    @Test
    void findsThatAllWasRemoved() {
        plant("delete from act");

        assertThat(check().findings()).containsExactly(finding(1, Kind.REMOVED, "5 entries are missing"));
    }

    @Test
    void findsThatTheRestWasNumberedAnew() {
        plant("delete from act where number = 3; update act set number = number - 1 where number > 3");

        assertThat(check().findings()).extracting(Finding::kind).contains(Kind.CHANGED, Kind.UNLINKED, Kind.REMOVED);
    }

    @Test
    void findsAnEntryThatWasInserted() {
        plant(
                "insert into act (who, number, previous, hash) select 'mallory', number, previous, hash from act where number = 3");

        assertThat(check().findings())
                .containsExactlyInAnyOrder(
                        finding(3, Kind.CHANGED, "it does not say what it said when it was added"),
                        finding(3, Kind.INSERTED, "there is another of this number"));
    }

    @Test
    void findsAnEntryThatCameInPastTheChain() {
        plant("insert into act (who, number, previous, hash) values ('mallory', 6, 'x', 'y')");

        assertThat(check().findings()).contains(finding(6, Kind.INSERTED, "nobody added it at the end"));
    }

    @Test
    void findsThatTheHeadWasRemoved() {
        plant("delete from audit_head");

        assertThat(check().whole()).isFalse();
    }

    @Test
    void whoAddsAtTheSameTimeStandsInLine() throws Exception {
        var acts = IntStream.range(0, 8)
                .mapToObj(i -> (Callable<Integer>) () -> {
                    for (int n = 0; n < 25; n++) {
                        act("operator-" + i);
                    }
                    return i;
                })
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(threads.invokeAll(acts)).allMatch(done -> done.state() == Future.State.SUCCESS);
        }

        assertThat(check().findings()).isEmpty();
        assertThat(check().entries()).isEqualTo(5 + 8 * 25);
    }
}
