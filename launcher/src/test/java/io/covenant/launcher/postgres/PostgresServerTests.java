package io.covenant.launcher.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.covenant.launcher.postgres.PostgresServer.Ending;
import io.covenant.launcher.postgres.PostgresServer.IfRunning;
import io.covenant.launcher.postgres.PostgresServer.Origin;
import io.covenant.launcher.postgres.PostgresServer.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PostgresServerTests {

    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration LATER = Duration.ofSeconds(20);

    private final PostgresBinaries binaries = PostgresBinaries.unpacked();
    private Path home = Path.of("/");
    private PostgresServer server = PostgresServer.in(home, binaries, PostgresSettings.durable());

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createTempDirectory("postgres-server-tests-");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
        server = serverWith(PostgresSettings.durable());
    }

    @AfterEach
    void stopServer() throws IOException {
        server.stop(Ending.IMMEDIATE);
        Directories.delete(home);
    }

    @Test
    void startsWithDurableSettings() throws SQLException {
        Running running = server.start(IfRunning.REFUSE);

        assertThat(running.origin()).isEqualTo(Origin.INITIALISED);
        assertThat(settings(
                        "fsync",
                        "synchronous_commit",
                        "full_page_writes",
                        "max_prepared_transactions",
                        "max_connections",
                        "listen_addresses",
                        "password_encryption",
                        "lc_messages",
                        "server_encoding"))
                .isEqualTo(Map.of(
                        "fsync", "on",
                        "synchronous_commit", "on",
                        "full_page_writes", "on",
                        "max_prepared_transactions", "200",
                        "max_connections", "200",
                        "listen_addresses", "127.0.0.1",
                        "password_encryption", "scram-sha-256",
                        "lc_messages", "C",
                        "server_encoding", "UTF8"));
        assertThat(query("select datcollate from pg_database where datname = 'postgres'"))
                .isEqualTo("C");
    }

    @Test
    void knowsItsProcessByPidAndStart() {
        Running running = server.start(IfRunning.REFUSE);

        ProcessHandle process = ProcessHandle.of(running.pid()).orElseThrow();
        assertThat(process.info().startInstant()).contains(running.startedAt());
        assertThat(process.info().command().orElseThrow()).endsWith("/bin/postgres");
        assertThat(running.startedAt()).isAfter(Instant.EPOCH);
        assertThat(server.running()).contains(process);
        assertThat(server.answers(LATER)).isTrue();
    }

    @Test
    void isNeverRootItself() throws IOException {
        Running running = server.start(IfRunning.REFUSE);

        String status = Files.readString(Path.of("/proc", Long.toString(running.pid()), "status"));
        String capabilities = status.lines()
                .filter(line -> line.startsWith("CapEff:"))
                .findFirst()
                .orElseThrow();
        assertThat(capabilities).endsWith("0000000000000000");
    }

    @Test
    void takesOtherSettings() throws SQLException {
        server = serverWith(PostgresSettings.durable()
                .with(Map.of("max_prepared_transactions", "7", "fsync", "off", "log_line_prefix", "it's 100%% ")));
        server.start(IfRunning.REFUSE);

        assertThat(settings("max_prepared_transactions", "fsync", "log_line_prefix"))
                .isEqualTo(Map.of("max_prepared_transactions", "7", "fsync", "off", "log_line_prefix", "it's 100%% "));
    }

    @Test
    void keepsItsDataAndPortOverARestart() throws SQLException {
        Running first = server.start(IfRunning.REFUSE);
        update("create table kept (id int)");

        Running second = server.restart(Ending.FAST);

        assertThat(second.origin()).isEqualTo(Origin.STARTED);
        assertThat(second.port()).isEqualTo(first.port());
        assertThat(second.pid()).isNotEqualTo(first.pid());
        assertThat(query("select count(*) from kept")).isEqualTo("0");
    }

    @Test
    void listensOnASocketInItsHome() {
        server.start(IfRunning.REFUSE);

        assertThat(home.resolve("socket/.s.PGSQL." + server.port())).exists();
    }

    @Test
    void doesWithoutASocketWhereItsNameWouldBeTooLong() throws SQLException, IOException {
        Path deep = Files.createDirectories(home.resolve("d".repeat(100)));
        PostgresServer other = PostgresServer.in(deep, binaries, PostgresSettings.durable());
        try {
            other.start(IfRunning.REFUSE);
            assertThat(query(other, "show unix_socket_directories")).isEmpty();
        } finally {
            other.stop(Ending.IMMEDIATE);
        }
    }

    @Test
    void reportsHowItEnded() {
        assertThat(server.stop(Ending.FAST)).isEqualTo(Ending.NOT_RUNNING);
        server.start(IfRunning.REFUSE);
        assertThat(server.stop(Ending.FAST)).isEqualTo(Ending.FAST);
        server.start(IfRunning.REFUSE);
        assertThat(server.stop(Ending.IMMEDIATE)).isEqualTo(Ending.IMMEDIATE);
        server.start(IfRunning.REFUSE);
        assertThat(server.kill()).isEqualTo(Ending.KILLED);
        assertThat(server.running()).isEmpty();
        assertThat(server.answers(SOON)).isFalse();
    }

    @Test
    void hangsWhilePausedAndGoesOnAfterwards() throws SQLException {
        server.start(IfRunning.REFUSE);
        server.pause();
        assertThat(server.answers(Duration.ofMillis(300))).isFalse();
        server.resume();
        assertThat(server.answers(LATER)).isTrue();
        assertThat(query("select 1")).isEqualTo("1");
    }

    @Test
    void endsAlsoWhilePaused() {
        server.start(IfRunning.REFUSE);
        server.pause();
        assertThat(server.stop(Ending.FAST)).isEqualTo(Ending.FAST);
    }

    @Test
    void keepsPreparedTransactionsWhenItIsKilled() throws SQLException {
        server.start(IfRunning.REFUSE);
        update("create table kept (id int)");
        try (Connection connection = server.superuser("postgres").getConnection();
                var statement = connection.createStatement()) {
            statement.execute("begin");
            statement.execute("insert into kept values (1)");
            statement.execute("prepare transaction 'in doubt'");
        }

        server.kill();
        assertThat(Postmaster.processes(home.resolve("data"))).isEmpty();
        server.start(IfRunning.REFUSE);

        assertThat(query("select gid from pg_prepared_xacts")).isEqualTo("in doubt");
        update("commit prepared 'in doubt'");
        assertThat(query("select count(*) from kept")).isEqualTo("1");
    }

    @Test
    void startsAgainThoughBusyChildrenOutliveTheirPostmaster() throws SQLException, IOException {
        Running running = server.start(IfRunning.REFUSE);
        try (Connection busy = server.superuser("postgres").getConnection();
                var statement = busy.createStatement()) {
            // A loop without waiting: such a backend does not notice that its postmaster is gone.
            var spinning = Thread.ofVirtual()
                    .start(() -> assertThatThrownBy(() -> statement.execute("do 'begin loop end loop; end'"))
                            .isInstanceOf(SQLException.class));
            await().until(() ->
                    "1".equals(query("select count(*) from pg_stat_activity where query like 'do ''begin%'")));
            ProcessHandle.of(running.pid()).orElseThrow().destroyForcibly();
            await().until(() -> server.running().isEmpty());
            assertThat(Postmaster.processes(home.resolve("data"))).isNotEmpty();

            assertThat(server.start(IfRunning.REFUSE).origin()).isEqualTo(Origin.STARTED);
            await().until(() -> !spinning.isAlive());
        }
    }

    @Test
    void outlivesTheJvmThatStartedIt() throws IOException, InterruptedException, SQLException {
        JvmOfItsOwn.thatStartsAndEnds(home);

        assertThat(server.answers(LATER)).isTrue();
        assertThat(server.start(IfRunning.ADOPT).origin()).isEqualTo(Origin.ADOPTED);
        assertThat(query("select 1")).isEqualTo("1");
    }

    @Test
    void followsItsFilesWhenItHasToRunAsSomebodyElse() throws IOException, SQLException {
        assumeTrue(RunAs.weAreRoot() && canUnshare(), "only root runs it as others");
        server.start(IfRunning.REFUSE);
        update("create table kept (id int)");
        server.stop(Ending.FAST);
        // Nobody else can enter now, so it cannot run as uid 65534 any more.
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));

        server.start(IfRunning.REFUSE);

        assertThat(query("select count(*) from kept")).isEqualTo("0");
        assertThat(Directories.owner(home.resolve("data"))).isZero();
    }

    @Test
    void refusesASecondServerInTheSameHome() {
        Running running = server.start(IfRunning.REFUSE);

        assertThatThrownBy(() -> serverWith(PostgresSettings.durable()).start(IfRunning.REFUSE))
                .isInstanceOf(PostgresFailure.class)
                .hasMessageContaining("runs already in " + home)
                .hasMessageContaining("pid " + running.pid());
    }

    @Test
    void adoptsAServerOfTheSameSettings() throws SQLException {
        Running first = server.start(IfRunning.REFUSE);

        PostgresServer other = serverWith(PostgresSettings.durable().withPort(first.port()));
        Running adopted = other.start(IfRunning.ADOPT);

        assertThat(adopted).isEqualTo(new Running(Origin.ADOPTED, first.pid(), first.startedAt(), first.port()));
        assertThat(query(other, "select 1")).isEqualTo("1");
    }

    @Test
    void replacesAServerOfOtherSettings() throws SQLException {
        Running first = server.start(IfRunning.REFUSE);

        PostgresServer other = serverWith(PostgresSettings.durable().with("max_connections", "50"));
        Running replaced = other.start(IfRunning.ADOPT);

        assertThat(replaced.origin()).isEqualTo(Origin.RESTARTED);
        assertThat(replaced.pid()).isNotEqualTo(first.pid());
        assertThat(query(other, "show max_connections")).isEqualTo("50");
    }

    @Test
    void stopsTheServerItFindsWhenToldTo() {
        Running first = server.start(IfRunning.REFUSE);

        Running second = serverWith(PostgresSettings.durable()).start(IfRunning.STOP);

        assertThat(second.origin()).isEqualTo(Origin.RESTARTED);
        assertThat(ProcessHandle.of(first.pid()).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void removesThePidFileOfADeadServerWhoseNumberIsUsedAgain() throws IOException {
        server.start(IfRunning.REFUSE);
        server.stop(Ending.FAST);
        Files.writeString(
                home.resolve("data/postmaster.pid"),
                ProcessHandle.current().pid() + "\n" + home.resolve("data") + "\n0\n" + server.port() + "\n");

        assertThat(server.running()).isEmpty();
        assertThat(server.start(IfRunning.REFUSE).origin()).isEqualTo(Origin.STARTED);
    }

    @Test
    void namesAPortThatIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server = serverWith(PostgresSettings.durable().withPort(taken.getLocalPort()));
            assertThatThrownBy(() -> server.start(IfRunning.REFUSE))
                    .isInstanceOf(PostgresFailure.class)
                    .hasMessageContaining("Port " + taken.getLocalPort() + " on 127.0.0.1 is taken");
        }
    }

    @Test
    void showsTheEndOfItsLogWhenItDoesNotStart() {
        server = serverWith(PostgresSettings.durable().with("shared_buffers", "plenty"));
        assertThatThrownBy(() -> server.start(IfRunning.REFUSE))
                .isInstanceOf(PostgresFailure.class)
                .hasMessageContaining("ended at its start with exit code 1")
                .hasMessageContaining("invalid value for parameter \"shared_buffers\": \"plenty\"");
    }

    @Test
    void refusesSettingsThatItSetsItself() {
        for (String name : List.of("port", "listen_addresses", "data_directory")) {
            assertThatThrownBy(() -> PostgresSettings.durable().with(name, "1"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
        assertThatThrownBy(() -> PostgresSettings.durable().with("jit = on\nfsync", "off"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void letsNobodyInWithoutThePassword() throws IOException {
        server.start(IfRunning.REFUSE);
        assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl("postgres"), "postgres", "guess"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
        assertThat(Files.getPosixFilePermissions(home.resolve("superuser.password")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void getsANewPasswordWhenTheFileIsLost() throws IOException, SQLException {
        server.start(IfRunning.REFUSE);
        server.stop(Ending.FAST);
        Files.delete(home.resolve("superuser.password"));

        server.start(IfRunning.REFUSE);

        assertThat(query("select 1")).isEqualTo("1");
    }

    @Test
    void beginsAnewAfterAnInitialisationThatDiedHalfWay() throws IOException {
        Path partial = Files.createDirectories(home.resolve("data.partial-123/base"));
        server.start(IfRunning.REFUSE);
        assertThat(partial).doesNotExist();
    }

    private static boolean canUnshare() {
        return Commands.run(List.of("unshare", "--user", "--", "true")).succeeded();
    }

    private PostgresServer serverWith(PostgresSettings settings) {
        return PostgresServer.in(home, binaries, settings);
    }

    private Map<String, String> settings(String... names) throws SQLException {
        var values = new HashMap<String, String>();
        for (String name : Set.of(names)) {
            values.put(name, query("show " + name));
        }
        return values;
    }

    private String query(String sql) throws SQLException {
        return query(server, sql);
    }

    private static String query(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = server.superuser("postgres").getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return String.valueOf(rows.getString(1));
        }
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = server.superuser("postgres").getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
