package io.covenant.transactions.participant.local;

import static io.covenant.transactions.participant.local.Store.branch;
import static io.covenant.transactions.participant.local.Store.branchFrom;
import static io.covenant.transactions.participant.local.Store.waiting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.saga.SagaAnswer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

@RealPostgres
@Timeout(60)
class StepTests {

    private static final LocalAnswer<SagaAnswer> SUCCEEDED = new LocalAnswer.Given<>(new SagaAnswer.Succeeded());
    private static final LocalAnswer<SagaAnswer> ACCEPTED = new LocalAnswer.Given<>(new SagaAnswer.Accepted());
    private static final LocalAnswer<SagaAnswer> UNDONE = new LocalAnswer.Given<>(new SagaAnswer.Undone());
    private static final LocalAnswer<SagaAnswer> FENCED = new LocalAnswer.Given<>(new SagaAnswer.Fenced());

    private final TestDatabase database;
    private final Store store;
    private final AtomicInteger told = new AtomicInteger();
    private final ReportBox box;
    private final StepReports reports;

    StepTests(TestDatabase database) {
        this.database = database;
        store = new Store(database);
        box = new ReportBox(store.beside(), new JsonMapper());
        reports = new StepReports(store.transactions(), store.executor().around(), box, () -> told.incrementAndGet());
    }

    @BeforeEach
    void fill() {
        store.with("A", 10);
        store.outside().update("delete from step_report");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void actsAndCompensates() {
        var step = branch();
        assertThat(store.act(step, "A")).isEqualTo(SUCCEEDED);
        assertThat(store.free("A")).isEqualTo(9);
        assertThat(store.rows(step)).containsExactly("WORK");

        assertThat(store.undo(step)).isEqualTo(UNDONE);
        assertThat(store.free("A")).isEqualTo(10);
        assertThat(store.sold(step)).isZero();
        assertThat(store.rows(step)).containsExactly("WORK", "CANCEL");
    }

    @Test
    void answersTheSameAgainAndWorksOnce() {
        var step = branch();
        store.act(step, "A");
        assertThat(store.act(step, "A")).isEqualTo(SUCCEEDED);
        assertThat(store.free("A")).isEqualTo(9);
        store.undo(step);
        assertThat(store.undo(step)).isEqualTo(UNDONE);
        assertThat(store.free("A")).isEqualTo(10);
    }

    @Test
    void tellsAFenceThatTheStepIsDone() {
        var step = branch();
        store.act(step, "A");
        assertThat(store.executor().fence(step, "take")).isEqualTo(SUCCEEDED);
        assertThat(store.rows(step)).containsExactly("WORK");
    }

    @Test
    void keepsAStepFromBeingTakenAfterItsFence() {
        var step = branch();
        assertThat(store.executor().fence(step, "take")).isEqualTo(FENCED);
        assertThat(refusalOf(store.act(step, "A"))).isEqualTo("step-compensated");
        assertThat(store.executor().fence(step, "take")).isEqualTo(FENCED);
        assertThat(store.free("A")).isEqualTo(10);
    }

    @Test
    void keepsAStepFromBeingTakenAfterItsCompensation() {
        var step = branch();
        assertThat(store.undo(step)).isEqualTo(UNDONE);
        assertThat(refusalOf(store.act(step, "A"))).isEqualTo("step-compensated");
        assertThat(store.free("A")).isEqualTo(10);
    }

    @Test
    void refusesForTheServicesReasonAndMayBeAskedAgain() {
        store.with("A", 0);
        var step = branch();
        assertThat(refusalOf(store.act(step, "A"))).isEqualTo("out-of-stock");
        assertThat(store.rows(step)).isEmpty();
        assertThat(store.undo(step)).isEqualTo(UNDONE);
    }

    @Test
    void saysThatACompensationFailedAndLeavesTheStepDone() {
        var step = branch();
        store.act(step, "A");
        var failed = store.executor().undo(step, "take", _ -> {
            throw new BranchRefusedException("not-now", "Not now.");
        });
        assertThat(failed)
                .isEqualTo(new LocalAnswer.Given<SagaAnswer>(new SagaAnswer.Failed(Refusal.of("not-now", "Not now."))));
        assertThat(store.rows(step)).containsExactly("WORK");
        assertThat(store.undo(step)).isEqualTo(UNDONE);
    }

    @Test
    void claimsNothingOfASagaFromBeforeItsMemory() {
        var old = branchFrom(Instant.now().minus(Duration.ofDays(8)));
        assertThat(refusalOf(store.act(old, "A"))).isEqualTo("transaction-too-old");
        assertThat(refusalOf(store.undo(old))).isEqualTo("transaction-too-old");
        assertThat(refusalOf(store.executor().fence(old, "take"))).isEqualTo("transaction-too-old");
        assertThat(store.rows(old)).isEmpty();
    }

    // Steps that take longer.

    @Test
    void acceptsAStepAndHearsThatItIsDone() {
        var step = branch();
        assertThat(accept(step)).isEqualTo(ACCEPTED);
        assertThat(accept(step)).isEqualTo(ACCEPTED);
        assertThat(told).hasValue(0);

        inTransaction(() -> {
            store.jdbc().update("insert into sold values (?, 'A', 1)", step.gid());
            reports.done(step);
            assertThat(told).hasValue(0);
        });

        assertThat(told).hasValue(1);
        assertThat(accept(step)).isEqualTo(SUCCEEDED);
        assertThat(box.take(10, Duration.ofSeconds(5))).singleElement().satisfies(report -> {
            assertThat(report.gid()).isEqualTo(step.gid());
            assertThat(report.toRefusal()).isEmpty();
        });
        assertThat(box.take(10, Duration.ofSeconds(5))).isEmpty();
        box.told(step.gid());
        assertThat(box.waiting()).isZero();
        assertThat(store.undo(step)).isEqualTo(UNDONE);
    }

    @Test
    void hearsThatAnAcceptedStepCannotBeDone() {
        var step = branch();
        accept(step);
        var why = Refusal.of("no-carrier", "Nobody goes there.");
        inTransaction(() -> reports.failed(step, why));
        inTransaction(() -> reports.failed(step, why));

        assertThat(refusalOf(accept(step))).isEqualTo("step-rejected");
        assertThat(box.take(10, Duration.ofSeconds(5)))
                .singleElement()
                .satisfies(report -> assertThat(report.toRefusal()).contains(why));
        assertThat(store.undo(step)).isEqualTo(UNDONE);
        assertThat(store.executor().fence(step, "take")).isEqualTo(FENCED);
    }

    @Test
    void reportsNothingWhenTheServicesTransactionIsRolledBack() {
        var step = branch();
        accept(step);
        new TransactionTemplate(store.transactions()).executeWithoutResult(status -> {
            reports.done(step);
            status.setRollbackOnly();
        });
        assertThat(told).hasValue(0);
        assertThat(accept(step)).isEqualTo(ACCEPTED);
        assertThat(box.waiting()).isZero();
    }

    @Test
    void cannotFenceWhatIsAcceptedBeforeItIsReported() {
        var step = branch();
        accept(step);
        assertThat(store.executor().fence(step, "take"))
                .isEqualTo(new LocalAnswer.AskAgain<SagaAnswer>(
                        true, "the step is accepted, and not reported to be over"));
    }

    @Test
    void refusesAReportOfWhatWasCompensatedMeanwhileOrNeverAccepted() {
        var step = branch();
        accept(step);
        assertThat(store.undo(step)).isEqualTo(UNDONE);
        assertThatExceptionOfType(BranchRefusedException.class)
                .isThrownBy(() -> inTransaction(() -> reports.done(step)))
                .withMessageContaining("step-compensated");
        assertThatExceptionOfType(BranchRefusedException.class)
                .isThrownBy(() -> inTransaction(() -> reports.done(branch())))
                .withMessageContaining("step-never-accepted");
        assertThatIllegalStateException().isThrownBy(() -> reports.done(step)).withMessageContaining("@Transactional");
    }

    @Test
    void letsAReportAndACompensationFollowEachOtherNeverBoth() throws Exception {
        try (var other = new Store(database);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 20; round++) {
                var step = branch();
                accept(step);
                Callable<Object> reporting = () -> {
                    try {
                        inTransaction(() -> {
                            store.jdbc().update("insert into sold values (?, 'A', 1)", step.gid());
                            reports.done(step);
                        });
                        return "reported";
                    } catch (BranchRefusedException late) {
                        return "late";
                    }
                };
                Callable<Object> undoing = () -> other.undo(step);
                var answers = new ArrayList<Object>();
                for (var running :
                        threads.invokeAll(round % 2 == 0 ? List.of(reporting, undoing) : List.of(undoing, reporting))) {
                    answers.add(running.get());
                }
                assertThat(other.undo(step)).isEqualTo(UNDONE);
                // What was reported was there to be compensated; what came late has left nothing.
                assertThat(store.sold(step)).as("%s", answers).isZero();
            }
        }
    }

    // Races.

    @Test
    void compensatesOnlyAfterTheStepThatIsUnderWay() throws Exception {
        var step = branch();
        var gate = new Gate();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var acting = threads.submit(() ->
                    store.executor().act(step, "take", false, waiting(gate, work -> store.sell(work, "A"))));
            gate.awaitReached();
            assertThat(store.undo(step))
                    .isEqualTo(new LocalAnswer.AskAgain<SagaAnswer>(true, "the step is still being worked on"));
            var undoing = threads.submit(() -> store.undo(step));
            gate.open();
            assertThat(acting.get()).isEqualTo(SUCCEEDED);
            assertThat(undoing.get()).isEqualTo(UNDONE);
        }
        assertThat(store.free("A")).isEqualTo(10);
    }

    @Test
    void endsEveryRaceOfActAndUndoWithNothingDone() throws Exception {
        try (var other = new Store(database);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 30; round++) {
                var step = branch();
                Callable<Object> acting = () -> store.act(step, "A");
                Callable<Object> undoing = () -> other.undo(step);
                for (var running : threads.invokeAll(
                        round % 2 == 0 ? List.of(acting, undoing, acting) : List.of(undoing, acting, undoing))) {
                    running.get();
                }
                assertThat(store.undo(step)).isEqualTo(UNDONE);
                assertThat(store.free("A")).isEqualTo(10);
            }
        }
    }

    private LocalAnswer<SagaAnswer> accept(BranchId step) {
        return store.executor().act(step, "take", true, _ -> {});
    }

    private void inTransaction(Runnable work) {
        new TransactionTemplate(store.transactions()).executeWithoutResult(_ -> work.run());
    }

    private static String refusalOf(LocalAnswer<SagaAnswer> answer) {
        return answer instanceof LocalAnswer.Given<SagaAnswer>(SagaAnswer.Refused(var why))
                ? why.code()
                : "not refused: " + answer;
    }
}
