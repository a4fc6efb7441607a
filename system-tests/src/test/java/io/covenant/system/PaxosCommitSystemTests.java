package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static io.covenant.system.PlatformAssertions.assertRight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.launcher.load.LoadReport;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Orders under Paxos Commit go on while a minority of the coordinators is dead, and without any database of theirs.
@WithPlatform
class PaxosCommitSystemTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /// A write that a dead coordinator had in hand is run by another one at once; what it left prepared waits for a
    /// second or two. Processes that share few processors with each other take longer.
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private static final LoadPlan LOAD = LoadPlan.of(200).withConcurrency(4).under(List.of("paxos-commit"));

    @ParameterizedTest(name = "kill -9 {0}")
    @ValueSource(strings = {"coordinator-1", "coordinator-2", "coordinator-3"})
    void goesOnWhenOneCoordinatorDies(String victim, PlatformUnderTest platform) throws Exception {
        var load = platform.load(LOAD);
        awaitOrders(platform, 30);

        platform.node(victim).kill();

        var report = load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertWentOn(victim + " dead", report);
        platform.start(victim, Map.of());
        assertInvariants(platform);
    }

    @Test
    void goesOnWithoutTheCoordinatorsDatabaseAndWithOneOfThemDead(PlatformUnderTest platform) throws Exception {
        var load = platform.load(LOAD);
        awaitOrders(platform, 30);

        cutDatabase(platform);
        LoadReport report;
        try {
            platform.node("coordinator-1").kill();
            report = load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            sql(platform, "alter database coordinator allow_connections true");
        }

        assertWentOn("database cut, coordinator-1 dead", report);
        platform.bringUp();
        assertInvariants(platform);
    }

    private static void cutDatabase(PlatformUnderTest platform) throws SQLException {
        sql(platform, "alter database coordinator allow_connections false");
        sql(platform, "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'coordinator'");
    }

    private static void sql(PlatformUnderTest platform, String statement) throws SQLException {
        try (var connection = platform.platform().database("postgres").getConnection();
                var sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private static void assertWentOn(String what, LoadReport report) {
        System.out.printf(
                "Paxos Commit, %s: %d confirmed, %d unknown for a while, longest %d ms; half within %d ms, 99%% within"
                        + " %d ms, all within %d ms%n",
                what,
                report.confirmed(),
                report.unknown(),
                report.longestUnknown().toMillis(),
                report.latency(0.5).toMillis(),
                report.latency(0.99).toMillis(),
                report.latency(1).toMillis());
        assertRight(report);
        assertThat(report.latency(1)).as("longest write of %s", report).isLessThan(LONGEST);
        assertThat(report.longestUnknown()).as("longest unknown of %s", report).isLessThan(LONGEST);
    }

    private static void awaitOrders(PlatformUnderTest platform, int more) {
        var file = platform.platform().home().acknowledgedOrders();
        int before = AcknowledgedOrders.in(file).size();
        await("orders under way")
                .atMost(PATIENCE)
                .until(() -> AcknowledgedOrders.in(file).size() >= before + more);
    }
}
