package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.OutcomeInquirer.Answer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(120)
class BranchSweepTests {

    static final TerminationRequester UNASKED = (branch, _) -> {
        throw new AssertionError("not under three-phase commit: " + branch);
    };

    private final TestDatabase database;
    private final Shelf shelf;
    private final InParallel parallel = new InParallel(4);
    private final SimpleMeterRegistry figures = new SimpleMeterRegistry();
    private final BranchMetrics metrics = new BranchMetrics(figures);
    private final List<BranchId> asked = new CopyOnWriteArrayList<>();

    BranchSweepTests(TestDatabase database) {
        this.database = database;
        shelf = new Shelf(database);
    }

    @BeforeEach
    void fill() {
        shelf.with("A", 10).with("B", 10);
    }

    @AfterEach
    void close() {
        parallel.close();
        shelf.close();
    }

    @Test
    void finishesOrphansAsTheirCoordinatorsSay() {
        var committed = branch();
        var aborted = branch();
        shelf.prepareTaking(committed, "A");
        shelf.prepareTaking(aborted, "B");

        sweep(branch -> new Answer.Decided(branch.equals(committed) ? Decision.COMMIT : Decision.ABORT))
                .sweep();

        assertThat(database.prepared()).isEmpty();
        assertThat(shelf.onHand("A")).isEqualTo(9);
        assertThat(shelf.onHand("B")).isEqualTo(10);
        assertThat(shelf.barrier(aborted)).isEqualTo("FENCE");
        assertThat(figures.counter("covenant.branches.swept", "result", "committed")
                        .count())
                .isEqualTo(1);
        assertThat(figures.counter("covenant.branches.swept", "result", "aborted")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void finishesManyAtOnce() {
        for (int i = 0; i < 30; i++) {
            shelf.with("S" + i, 1);
            shelf.prepareTaking(branch(), "S" + i);
        }
        sweep(_ -> new Answer.Decided(Decision.COMMIT)).sweep();
        assertThat(database.prepared()).isEmpty();
        assertThat(asked).hasSize(30);
    }

    @Test
    void leavesYoungBranchesAlone() {
        shelf.prepareTaking(branch(), "A");
        sweep(_ -> new Answer.Decided(Decision.ABORT), Duration.ofMinutes(1)).sweep();
        assertThat(asked).isEmpty();
        assertThat(database.prepared()).hasSize(1);
        assertThat(metrics.held()).isEqualTo(1);
    }

    @Test
    void asksAgainNoSoonerThanItWasTold() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");
        var sweep = sweep(_ ->
                asked.size() == 1 ? new Answer.Undecided(Duration.ofSeconds(4)) : new Answer.Decided(Decision.COMMIT));

        long began = System.nanoTime();
        sweep.sweep();
        sweep.sweep();
        assertThat(asked).hasSize(1);

        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            sweep.sweep();
            return database.prepared().isEmpty();
        });
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
        assertThat(asked).hasSize(2);
    }

    @Test
    void leavesABranchPreparedWhileNobodyTells() {
        shelf.prepareTaking(branch(), "A");
        var sweep = sweep(_ -> new Answer.Silent("nobody there"));
        sweep.sweep();
        sweep.sweep();
        assertThat(database.prepared()).hasSize(1);
        assertThat(asked).hasSize(2);
        assertThat(figures.counter("covenant.branches.swept", "result", "unanswered")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void leavesAloneWhatIsNotOurs(@DatabaseOf("other") TestDatabase other) {
        try (var stranger = new Shelf(other)) {
            stranger.with("A", 1).prepareTaking(branch("stranger"), "A");
            var foreign = "someone-elses-" + UUID.randomUUID();
            shelf.executor().prepare(branch(), "nothing", ENOUGH, _ -> {});
            prepareByHand(foreign);

            sweep(_ -> new Answer.Decided(Decision.ABORT)).sweep();

            assertThat(database.prepared()).containsExactly(foreign);
            assertThat(other.prepared()).hasSize(1);
            assertThat(asked).hasSize(1);
        }
    }

    @Test
    void rollsBackRehearsalsThatACrashLeftBehind() {
        var look = new PreparedTransactions(shelf.finishing());
        prepareByHand(Rehearsal.PREFIX + "x");
        assertThat(look.look().rehearsals()).isEmpty();

        look.rollBackRehearsal(Rehearsal.PREFIX + "x");
        assertThat(database.prepared()).isEmpty();
    }

    @Test
    void showsHowManyAreHeldAndHowOldTheOldestIs() {
        shelf.prepareTaking(branch(), "A");
        shelf.prepareTaking(branch(), "B");
        var sweep = sweep(_ -> new Answer.Silent("nobody there"));
        await().untilAsserted(() -> {
            sweep.sweep();
            assertThat(metrics.oldest()).isGreaterThan(Duration.ofMillis(100));
        });
        assertThat(figures.get("covenant.branches.prepared").gauge().value()).isEqualTo(2);
        assertThat(figures.get("covenant.branches.slots.used").gauge().value()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void sweepsTogetherWithOtherInstances() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            shelf.with("S" + i, 1);
            shelf.prepareTaking(branch(), "S" + i);
        }
        try (var other = new Shelf(database)) {
            var otherSweep = new BranchSweep(
                    new PreparedTransactions(other.finishing()),
                    other.executor(),
                    _ -> new Answer.Decided(Decision.COMMIT),
                    UNASKED,
                    parallel,
                    BranchMetrics.none(),
                    Duration.ZERO);
            var mine = sweep(_ -> new Answer.Decided(Decision.COMMIT));
            var threads = new ArrayList<Thread>();
            threads.add(Thread.ofVirtual().start(mine::sweep));
            threads.add(Thread.ofVirtual().start(otherSweep::sweep));
            for (var thread : threads) {
                thread.join();
            }
            mine.sweep();
        }
        assertThat(database.prepared()).isEmpty();
        assertThat(shelf.jdbcOutside().queryForObject("select count(*) from branch_hazard", Integer.class))
                .isZero();
    }

    private void prepareByHand(String gid) {
        shelf.jdbc().execute("begin; insert into item values ('by-hand', 1); prepare transaction '" + gid + "'");
    }

    private BranchSweep sweep(OutcomeInquirer coordinators) {
        return sweep(coordinators, Duration.ZERO);
    }

    private BranchSweep sweep(OutcomeInquirer coordinators, Duration minAge) {
        return new BranchSweep(
                new PreparedTransactions(shelf.finishing()),
                shelf.executor(),
                branch -> {
                    asked.add(branch);
                    return coordinators.outcomeOf(branch);
                },
                UNASKED,
                parallel,
                metrics,
                minAge);
    }
}
