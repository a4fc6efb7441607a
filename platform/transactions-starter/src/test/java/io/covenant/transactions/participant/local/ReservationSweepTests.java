package io.covenant.transactions.participant.local;

import static io.covenant.transactions.participant.local.Store.branch;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.BranchMetrics;
import io.covenant.transactions.participant.InParallel;
import io.covenant.transactions.participant.OutcomeInquirer;
import io.covenant.transactions.participant.OutcomeInquirer.Answer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(60)
class ReservationSweepTests {

    private final Store store;
    private final InParallel parallel = new InParallel(4);
    private final SimpleMeterRegistry figures = new SimpleMeterRegistry();
    private final List<BranchId> asked = new CopyOnWriteArrayList<>();

    ReservationSweepTests(TestDatabase database) {
        store = new Store(database);
    }

    @BeforeEach
    void fill() {
        store.outside().update("delete from branch_local");
        store.with("A", 10);
    }

    @AfterEach
    void close() {
        parallel.close();
        store.close();
    }

    @Test
    void endsWhatWasHeldLongEnoughAsItsCoordinatorsSay() {
        var confirmed = held();
        var cancelled = held();
        var young = branch();
        store.reserve(young, "A");

        sweep(branch -> new Answer.Decided(branch.equals(confirmed) ? Decision.COMMIT : Decision.ABORT))
                .sweep();

        assertThat(asked).containsExactlyInAnyOrder(confirmed, cancelled);
        assertThat(store.sold(confirmed)).isEqualTo(1);
        assertThat(store.rows(cancelled)).containsExactly("WORK", "CANCEL");
        assertThat(store.held(young)).isEqualTo(1);
        assertThat(store.free("A")).isEqualTo(8);
        assertThat(figures.counter("covenant.branches.swept", "result", "confirmed")
                        .count())
                .isEqualTo(1);
        assertThat(figures.counter("covenant.branches.swept", "result", "cancelled")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void givesNothingBackWhileNobodyTells() {
        var branch = held();
        var sweep = sweep(_ -> new Answer.Silent("nobody there"));
        sweep.sweep();
        sweep.sweep();
        assertThat(asked).hasSize(2);
        assertThat(store.held(branch)).isEqualTo(1);
        assertThat(figures.get("covenant.branches.reserved").gauge().value()).isEqualTo(1);
    }

    @Test
    void asksAgainNoSoonerThanItWasTold() {
        var branch = held();
        var sweep = sweep(_ -> new Answer.Undecided(Duration.ofMinutes(1)));
        sweep.sweep();
        sweep.sweep();
        assertThat(asked).containsExactly(branch);
    }

    @Test
    void asksNoMoreAboutWhatAPersonHasToLookAt() {
        var branch = held();
        store.outside().update("delete from hold where gid = ?", branch.gid());
        var sweep = sweep(_ -> new Answer.Decided(Decision.COMMIT));
        sweep.sweep();
        sweep.sweep();
        assertThat(asked).containsExactly(branch);
        assertThat(store.hazards(branch)).isEqualTo(1);
    }

    @Test
    void asksNoMoreAboutWhatIsOver() {
        var branch = held();
        store.cancel(branch);
        sweep(_ -> new Answer.Decided(Decision.ABORT)).sweep();
        assertThat(asked).isEmpty();
    }

    private BranchId held() {
        var branch = branch();
        store.reserve(branch, "A");
        store.outside()
                .update("update branch_local set until = now() - interval '1 second' where gid = ?", branch.gid());
        return branch;
    }

    private ReservationSweep sweep(OutcomeInquirer coordinators) {
        return new ReservationSweep(
                new Reservations(store.beside()),
                store.executor(),
                store.settling(),
                branch -> {
                    asked.add(branch);
                    return coordinators.outcomeOf(branch);
                },
                parallel,
                new LocalMetrics(figures, new BranchMetrics(figures)));
    }
}
