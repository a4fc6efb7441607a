package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How often PostgreSQL forces its log to the disk, as it counts itself.
@RealPostgres
@Timeout(120)
class ForcedWritesTests {

    private static final Logger LOG = LoggerFactory.getLogger(ForcedWritesTests.class);

    /// The server's own writer forces unforced commits, five times a second at most, whatever their number; a
    /// checkpoint may come in between.
    private static final double BACKGROUND_PER_SECOND = 6;

    private final TestDatabase database;
    private final ModelParticipants services = new ModelParticipants("orders", "inventory");

    ForcedWritesTests(@DatabaseOf("coordinator") TestDatabase database) {
        this.database = database;
        CoordinatorEngine.migrate(database.owner());
    }

    @Test
    void forcesOncePerCommitWhenTheyComeOneByOne() throws Exception {
        var measured = measure(1, 200, Outcome.COMMITTED);

        assertThat(measured.forced()).isBetween(0.97 * 200, 200 + measured.background());
    }

    @Test
    void forcesNothingForAborts() throws Exception {
        services.onPrepare(
                preparation -> preparation.service().equals("inventory") ? ModelParticipants.no("out-of-stock") : null);

        var measured = measure(1, 200, Outcome.ABORTED);

        assertThat(measured.forced()).isBetween(0.0, measured.background());
    }

    @Test
    void forcesNothingWhereNobodyWrote() throws Exception {
        services.onPrepare(_ -> new PrepareAnswer.Voted(new Vote.ReadOnly()));

        var measured = measure(1, 200, Outcome.COMMITTED);

        assertThat(measured.forced()).isBetween(0.0, measured.background());
    }

    @Test
    void forcesNothingForASingleBranch() throws Exception {
        var measured = measure(
                1, 200, Outcome.COMMITTED, () -> Plans.single(Plans.idDecidedByItsBranch(), Duration.ofSeconds(20)));

        assertThat(measured.forced()).isBetween(0.0, measured.background());
        assertThat(services.calls("run")).isEqualTo(200);
    }

    @Test
    void forcesTheBeginAndTheDecisionOfASaga() throws Exception {
        var measured = measure(
                1,
                200,
                Outcome.COMMITTED,
                () -> Plans.saga(
                        Duration.ofSeconds(20),
                        Plans.step("a"),
                        Plans.pivot("b", "a").asPivot(),
                        Plans.pivot("c", "b")));

        assertThat(measured.forced()).isBetween(0.97 * 400, 400 + measured.background());
    }

    @Test
    void sharesForcedWritesAmongThirtyTwo() throws Exception {
        var measured = measure(32, 2000, Outcome.COMMITTED);

        assertThat(measured.forced()).isLessThan(0.3 * 2000);
    }

    /// @param background the most that the server may have forced by itself meanwhile
    private record Measured(double forced, double background) {}

    private Measured measure(int clients, int transactions, Outcome expected) throws Exception {
        return measure(clients, transactions, expected, () -> Plans.order("orders", "inventory"));
    }

    private Measured measure(int clients, int transactions, Outcome expected, Supplier<TransactionPlan> plans)
            throws Exception {
        long before;
        long began;
        try (var engine = CoordinatorEngine.of("coordinator-1", database.runtime(), services)
                        .start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            await().until(() -> engine.ownership().held());
            before = forced();
            began = System.nanoTime();
            Callable<Void> client = () -> {
                for (int i = 0; i < transactions / clients; i++) {
                    var answer = engine.transactions().run(plans.get());
                    assertThat(((RunAnswer.Decided) answer).transaction().outcome())
                            .isEqualTo(expected);
                }
                return null;
            };
            for (Future<Void> done : IntStream.range(0, clients)
                    .mapToObj(_ -> threads.submit(client))
                    .toList()) {
                done.get();
            }
        }
        // Its connections are closed; the last act of their servers' processes is to report all that they counted.
        await().until(() -> number("select count(*) from pg_stat_activity where datname = '%s' and usename = '%s'"
                        .formatted(database.name(), database.runtimeUsername()))
                == 0);
        double seconds = (System.nanoTime() - began) / 1e9;
        double forced = forced() - before;
        LOG.info(
                "{} clients, {} transactions {}: {} forced writes in {} s",
                clients,
                transactions,
                expected,
                (long) forced,
                seconds);
        return new Measured(forced, BACKGROUND_PER_SECOND * (seconds + 1));
    }

    private long forced() throws SQLException {
        return number("select wal_sync from pg_stat_wal");
    }

    private long number(String sql) throws SQLException {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
