package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static io.covenant.system.PlatformAssertions.assertRight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.load.LoadPlan;
import io.covenant.transactions.CrashPoint;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What three-phase commit promises beyond two-phase commit, on real processes: a quorum of databases ends what its
/// coordinator left, also without the coordinators' database.
@WithPlatform
class ThreePhaseSystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String DOOMED = "coordinator-1";

    private final PlatformUnderTest platform;

    ThreePhaseSystemTests(PlatformUnderTest platform) {
        this.platform = platform;
    }

    @AfterEach
    void putRight() throws SQLException {
        coordinatorsDatabase(true);
        platform.bringUp();
    }

    @Test
    void anotherCoordinatorCommitsWhatItsOwnerLeftPreCommitted() throws Exception {
        var loads = dieBetweenPreCommitAndCommit();

        await("end of what is prepared").atMost(PATIENCE).until(() -> prepared() == 0);

        platform.start(DOOMED, Map.of());
        for (var load : loads) {
            assertRight(load.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        assertInvariants(platform);
    }

    @Test
    void databasesOfTheBranchesEndWhatNoCoordinatorCanRead() throws Exception {
        var loads = dieBetweenPreCommitAndCommit();
        coordinatorsDatabase(false);
        assertThat(prepared()).isPositive();

        await("end of what is prepared").atMost(PATIENCE).until(() -> prepared() == 0);

        coordinatorsDatabase(true);
        platform.start(DOOMED, Map.of());
        for (var load : loads) {
            assertRight(load.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        assertInvariants(platform);
    }

    private List<java.util.concurrent.CompletableFuture<io.covenant.launcher.load.LoadReport>>
            dieBetweenPreCommitAndCommit() throws InterruptedException {
        platform.node(DOOMED).kill();
        platform.start(DOOMED, Map.of("COVENANT_CRASH_POINT", CrashPoint.C7_DECISION_FORCED + ":3"));
        var plan = LoadPlan.of(40).under(List.of("three-phase"));
        var loads = new ArrayList<>(List.of(platform.load(plan)));
        await("death of " + DOOMED)
                .pollInterval(Duration.ofMillis(10))
                .atMost(PATIENCE)
                .until(() -> {
                    boolean dead = platform.node(DOOMED).process().isEmpty();
                    if (!dead && loads.getLast().isDone()) {
                        loads.add(platform.load(plan)); // all of it went to another coordinator
                    }
                    return dead;
                });
        return loads;
    }

    private int prepared() throws SQLException {
        try (var connection = platform.platform().database("postgres").getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*) from pg_prepared_xacts where gid like 'cov1:%'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private void coordinatorsDatabase(boolean answers) throws SQLException {
        try (var connection = platform.platform().database("postgres").getConnection();
                var statement = connection.createStatement()) {
            statement.execute("alter database coordinator allow_connections " + answers);
            if (!answers) {
                statement.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'coordinator'");
            }
        }
    }
}
