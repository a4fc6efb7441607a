package io.covenant.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(120)
class RealPostgresTests {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final PostgresInstance postgres;
    private final TestDatabase orders;

    RealPostgresTests(PostgresInstance postgres, @DatabaseOf("orders") TestDatabase orders) {
        this.postgres = postgres;
        this.orders = orders;
    }

    @Test
    void isOnTheServerThatAllTestsShare() {
        assertThat(postgres).isSameAs(PostgresInstance.shared());
        assertThat(orders.postgres()).isSameAs(postgres);
        assertThat(postgres.serves(SOON)).isTrue();
    }

    @Test
    void isDurableAndHoldsPreparedTransactions() throws SQLException {
        var expected = Map.of(
                "fsync", "on",
                "synchronous_commit", "on",
                "full_page_writes", "on",
                "max_prepared_transactions", "200",
                "max_connections", "200",
                "lc_messages", "C");
        for (var setting : expected.entrySet()) {
            assertThat(query(orders.superuser(), "show " + setting.getKey()))
                    .as(setting.getKey())
                    .isEqualTo(setting.getValue());
        }
        assertThat(query(orders.superuser(), "show server_version")).startsWith("17.");
        assertThat(query(orders.superuser(), "select datcollate from pg_database where datname = current_database()"))
                .isEqualTo("C");
    }

    @Test
    void givesTheSameDatabaseForTheSameNameAndAnotherForAnother(
            @DatabaseOf("orders") TestDatabase same,
            @DatabaseOf("inventory") TestDatabase other,
            TestDatabase unnamed) {
        assertThat(same).isSameAs(orders);
        assertThat(other.name()).startsWith("inventory_");
        assertThat(unnamed.name()).startsWith("test_");
        assertThat(orders.name()).startsWith("orders_");
    }

    @Test
    void letsTheOwnerMigrateAndTheRuntimeRoleWriteRowsOnly() throws SQLException {
        orders.migrate("create table roles_line (sku text)");

        update(orders.runtime(), "insert into roles_line values ('A-1')");
        assertThatThrownBy(() -> update(orders.runtime(), "create table mine (id int)"))
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> update(orders.runtime(), "drop table roles_line"))
                .hasMessageContaining("must be owner");
    }

    @Test
    void letsTheRuntimeRoleCommitWhatItPrepared() throws SQLException {
        orders.migrate("create table prepared_line (sku text)");
        prepare("insert into prepared_line values ('A-1')", orders.name());
        assertThat(orders.prepared()).containsExactly(orders.name());

        update(orders.runtime(), "commit prepared '" + orders.name() + "'");

        assertThat(orders.prepared()).isEmpty();
        assertThat(query(orders.runtime(), "select count(*) from prepared_line"))
                .isEqualTo("1");
    }

    @Test
    void tellsSpringWhoConnectsAndWhoMigrates() {
        var registered = new HashMap<String, Object>();
        orders.register((String name, Supplier<Object> value) -> registered.put(name, value.get()));

        assertThat(registered)
                .isEqualTo(orders.springProperties())
                .containsEntry("spring.datasource.url", orders.jdbcUrl())
                .containsEntry("spring.datasource.username", orders.runtimeUsername())
                .containsEntry("spring.flyway.user", orders.ownerUsername())
                .containsKeys("spring.datasource.password", "spring.flyway.password");
    }

    @Test
    void leavesNothingBehindWhenItIsClosed() throws SQLException {
        TestDatabase brief = postgres.create("brief");
        brief.migrate("create table line (sku text)");
        String gid = brief.name();
        update(brief.runtime(), "begin; insert into line values ('A-1'); prepare transaction '" + gid + "'");

        brief.close();

        assertThat(query(
                        postgres.superuser("postgres"),
                        "select count(*) from pg_prepared_xacts where gid = '" + gid + "'"))
                .isEqualTo("0");
        assertThat(query(
                        postgres.superuser("postgres"),
                        "select count(*) from pg_roles where rolname like '" + brief.name() + "%'"))
                .isEqualTo("0");
    }

    @Test
    void cutsConnections() throws SQLException {
        // The server ends a connection a little after its client has left.
        await().until(() -> query(
                        postgres.superuser("postgres"),
                        "select count(*) from pg_stat_activity where datname = '" + orders.name() + "'")
                .equals("0"));
        try (Connection connection = orders.runtime().getConnection()) {
            assertThat(connection.isValid(5)).isTrue();
            assertThat(orders.terminateBackends()).isEqualTo(1);
            assertThat(connection.isValid(5)).isFalse();
        }
        assertThat(query(orders.runtime(), "select 1")).isEqualTo("1");
    }

    @Test
    void keepsAddressAndPreparedTransactionsWhenTheServerIsStoppedAtOnce() throws SQLException {
        keepsPreparedTransactionsThrough("stopped_line", postgres::stopImmediately);
    }

    @Test
    void keepsAddressAndPreparedTransactionsWhenTheServerIsKilled() throws SQLException {
        keepsPreparedTransactionsThrough("killed_line", postgres::kill);
    }

    @Test
    void hangsWhilePaused() throws SQLException {
        postgres.pause();
        assertThat(postgres.serves(Duration.ofSeconds(1))).isFalse();
        postgres.resume();
        assertThat(postgres.serves(SOON)).isTrue();
        assertThat(query(orders.runtime(), "select 1")).isEqualTo("1");
    }

    /// JUnit runs the tests of nested classes last: whatever happened to the server above, it serves.
    @Nested
    class Inside {

        @Test
        void sharesTheDatabaseOfTheClassAround(@DatabaseOf("orders") TestDatabase same) {
            assertThat(same).isSameAs(orders);
            assertThat(postgres.serves(SOON)).isTrue();
        }
    }

    private void keepsPreparedTransactionsThrough(String table, Runnable fault) throws SQLException {
        orders.migrate("create table " + table + " (sku text)");
        prepare("insert into " + table + " values ('A-1')", table);
        int port = postgres.port();

        fault.run();
        assertThat(postgres.serves(Duration.ofSeconds(1))).isFalse();
        postgres.start();

        assertThat(postgres.port()).isEqualTo(port);
        assertThat(orders.prepared()).containsExactly(table);
        update(orders.runtime(), "commit prepared '" + table + "'");
        assertThat(query(orders.runtime(), "select count(*) from " + table)).isEqualTo("1");
    }

    private void prepare(String sql, String gid) throws SQLException {
        update(orders.runtime(), "begin; " + sql + "; prepare transaction '" + gid + "'");
    }

    private static void update(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return String.valueOf(rows.getString(1));
        }
    }
}
