package io.covenant.transactions.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.saga.Saga.Recovery;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SagaTests {

    private static final SagaStep A = SagaStep.of("a", "orders", "do").undoneBy("undo");
    private static final SagaStep B = SagaStep.of("b", "orders", "do").undoneBy("undo");
    private static final SagaStep PIVOT = SagaStep.of("pivot", "orders", "do").asPivot();
    private static final SagaStep LAST = SagaStep.of("last", "orders", "do").after("pivot");

    @Test
    void takesParallelStepsAPivotAndWhatComesAfterIt() {
        var saga = Saga.of("order", A, B, PIVOT.after("a", "b"), LAST);

        assertThat(saga.ready(Set.of())).containsExactly(A, B);
        assertThat(saga.ready(Set.of("a"))).containsExactly(B);
        assertThat(saga.upToThePivot()).containsExactly("a", "b", "pivot");
    }

    @Test
    void compensatesTheLatestFirstAndInParallelWhereItMay() {
        var saga = Saga.of(
                "order",
                A,
                B.after("a"),
                SagaStep.of("c", "orders", "do").undoneBy("undo").after("a"));

        assertThat(saga.undoable(Set.of("a", "b", "c")))
                .extracting(SagaStep::name)
                .containsExactly("b", "c");
        assertThat(saga.undoable(Set.of("a", "c"))).extracting(SagaStep::name).containsExactly("c");
        assertThat(saga.undoable(Set.of("a"))).extracting(SagaStep::name).containsExactly("a");
    }

    @Test
    void refusesAnEmptySaga() {
        assertRefused("saga-empty");
    }

    @Test
    void refusesAThousandSteps() {
        var thousand = IntStream.range(0, 1_000)
                .mapToObj(number -> SagaStep.of("s" + number, "orders", "do").undoneBy("undo"))
                .toArray(SagaStep[]::new);

        assertThat(assertRefused("saga-too-long", thousand).parameters())
                .containsEntry("most", "100")
                .containsEntry("steps", "1000");
    }

    @Test
    void refusesANameThatNoBranchCouldHave() {
        assertRefused("saga-step-name", SagaStep.of("Reserve stock", "orders", "do"));
    }

    @Test
    void refusesTwoStepsOfOneName() {
        assertRefused("saga-duplicate-step", A, A);
    }

    @Test
    void refusesToWaitForAStepThatThereIsNot() {
        assertRefused("saga-unknown-step", A.after("nobody"));
    }

    @Test
    void refusesACycle() {
        assertRefused("saga-cyclic", A.after("b"), B.after("a"));
        assertRefused("saga-cyclic", A.after("a"));
    }

    @Test
    void refusesTwoPivots() {
        assertRefused("saga-two-pivots", PIVOT, LAST.asPivot());
    }

    @Test
    void refusesAStepBesideThePivot() {
        assertRefused("saga-beside-the-pivot", A, B, PIVOT.after("a"));
    }

    @Test
    void refusesAStepBeforeThePivotThatCannotBeUndone() {
        assertRefused("saga-not-compensable", SagaStep.of("a", "orders", "do"), PIVOT.after("a"));
        assertRefused("saga-not-compensable", SagaStep.of("a", "orders", "do"));
    }

    @Test
    void refusesACompensationThatWouldNeverBeCalled() {
        assertRefused("saga-never-compensated", PIVOT, LAST.undoneBy("undo"));
        assertThat(Saga.refusal(Recovery.FORWARD, List.of(A)).map(Refusal::code))
                .contains("saga-never-compensated");
    }

    @Test
    void refusesAPivotWhereNothingGoesBack() {
        assertThat(Saga.refusal(Recovery.FORWARD, List.of(PIVOT)).map(Refusal::code))
                .contains("saga-needless-pivot");
    }

    @Test
    void doublesTheDelayUpToTheLongest() {
        var policy = new RetryPolicy(9, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(9));

        assertThat(IntStream.rangeClosed(1, 6)
                        .mapToObj(tries -> policy.after(tries).most().toMillis()))
                .containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
        assertThat(policy.after(Integer.MAX_VALUE).least()).hasMillis(500);
    }

    @Test
    void refusesAPolicyThatTriesNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetryPolicy.standard().attempting(0))
                .withMessageContaining("at least once");
    }

    private static Refusal assertRefused(String code, SagaStep... steps) {
        var refusal = Saga.refusal(Recovery.BACKWARD, List.of(steps)).orElseThrow();
        assertThat(refusal.code()).isEqualTo(code);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Saga.of("any", steps))
                .withMessage(refusal.detail());
        return refusal;
    }
}
