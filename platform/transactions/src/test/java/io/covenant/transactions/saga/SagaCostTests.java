package io.covenant.transactions.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.simulated.MeasuredCosts;
import io.covenant.transactions.simulated.MeasuredCosts.Figure;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What one saga costs when nothing goes wrong, as `docs/protocols/saga.md` shows it.
class SagaCostTests {

    private static final Saga WITH_PIVOT = Saga.of(
            "order",
            SagaStep.of("reserve", "orders", "reserve").undoneBy("release"),
            SagaStep.of("pay", "orders", "pay").after("reserve").asPivot(),
            SagaStep.of("ship", "orders", "ship").after("pay"));

    private static final Saga FORWARD = new Saga(
            "order",
            Saga.Recovery.FORWARD,
            List.of(
                    SagaStep.of("reserve", "orders", "reserve"),
                    SagaStep.of("pay", "orders", "pay"),
                    SagaStep.of("ship", "orders", "ship")));

    @Test
    void costsOneForcedWriteForEachStepAndTwoForTheCoordinator() {
        var cost = SimulatedPlatform.costs(WITH_PIVOT, Set.of());

        assertThat(cost).isEqualTo(new SimulatedPlatform.Cost(3, 2, 3));
    }

    @Test
    void needsNoDecisionWhenItOnlyGoesForward() {
        assertThat(SimulatedPlatform.costs(FORWARD, Set.of())).isEqualTo(new SimulatedPlatform.Cost(3, 1, 3));
    }

    @Test
    void compensatesOnlyWhatMayHaveBeenSent() {
        var cost = SimulatedPlatform.costs(WITH_PIVOT, Set.of("reserve"));

        assertThat(cost).isEqualTo(new SimulatedPlatform.Cost(1, 2, 2));
    }

    @Test
    void standsInTheDocumentation() throws IOException {
        ProtocolPage.named("saga.md")
                .requireTable(
                        "costs",
                        List.of("three steps", "forced writes of the steps", "of the coordinator", "requests"),
                        List.of(
                                row("a pivot in the middle, all is done", WITH_PIVOT, Set.of()),
                                row("only forward, all is done", FORWARD, Set.of()),
                                row("the first refuses", WITH_PIVOT, Set.of("reserve")),
                                row("the pivot refuses", WITH_PIVOT, Set.of("pay"))));
    }

    @Test
    void standsBesideTheOtherProtocols() throws IOException {
        var steps = WITH_PIVOT.steps().size();
        var done = SimulatedPlatform.costs(WITH_PIVOT, Set.of());
        var forward = SimulatedPlatform.costs(FORWARD, Set.of());
        new MeasuredCosts("saga")
                .row(
                        steps + " steps, a pivot among them",
                        Figure.of(2 * done.requests(), "2 N", 2 * steps),
                        Figure.of(done.branchForces(), "N", steps),
                        Figure.of(done.coordinatorForces(), "2", 2))
                .row(
                        steps + " steps, only forward",
                        Figure.of(2 * forward.requests(), "2 N", 2 * steps),
                        Figure.of(forward.branchForces(), "N", steps),
                        Figure.of(forward.coordinatorForces(), "1", 1))
                .requireOnThePage();
    }

    private static List<String> row(String what, Saga saga, Set<String> refusing) {
        var cost = SimulatedPlatform.costs(saga, refusing);
        return List.of(
                what,
                Integer.toString(cost.branchForces()),
                Integer.toString(cost.coordinatorForces()),
                Integer.toString(cost.requests()));
    }
}
