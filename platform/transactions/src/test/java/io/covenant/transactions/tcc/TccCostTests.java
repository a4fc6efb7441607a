package io.covenant.transactions.tcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.simulated.MeasuredCosts;
import io.covenant.transactions.simulated.MeasuredCosts.Figure;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What one transaction costs when nothing goes wrong, as `docs/protocols/tcc.md` shows it.
class TccCostTests {

    private static final int BRANCHES = 3;

    @Test
    void costsTwoForcedWritesForEachBranchAndOneForTheDecision() {
        var cost = SimulatedPlatform.costs(BRANCHES, 0);

        assertThat(cost.branchForces()).isEqualTo(2 * BRANCHES);
        assertThat(cost.coordinatorForces()).isEqualTo(1);
        assertThat(cost.requests()).isEqualTo(2 * BRANCHES);
    }

    @Test
    void cancelsWithoutAForcedWriteOfTheCoordinator() {
        var cost = SimulatedPlatform.costs(BRANCHES, 1);

        assertThat(cost.coordinatorForces()).isZero();
        assertThat(cost.branchForces()).isLessThanOrEqualTo(2 * (BRANCHES - 1));
    }

    @Test
    void standsInTheDocumentation() throws IOException {
        ProtocolPage.named("tcc.md")
                .requireTable(
                        "costs",
                        List.of("N = " + BRANCHES, "forced writes of the branches", "of the register", "requests"),
                        List.of(
                                row("everything is reserved", SimulatedPlatform.costs(BRANCHES, 0)),
                                row("one branch refuses", SimulatedPlatform.costs(BRANCHES, 1)),
                                row("nothing is to be reserved", SimulatedPlatform.costs(BRANCHES, BRANCHES + 1))));
    }

    @Test
    void standsBesideTheOtherProtocols() throws IOException {
        var table = new MeasuredCosts("try, confirm, cancel");
        for (var n : List.of(1, 2, 3, 5)) {
            var cost = SimulatedPlatform.costs(n, 0);
            table.row(
                    "%d reserve and confirm".formatted(n),
                    Figure.of(2 * cost.requests(), "4 N", 4 * n),
                    Figure.of(cost.branchForces(), "2 N", 2 * n),
                    Figure.of(cost.coordinatorForces(), "1", 1));
        }
        var nothing = SimulatedPlatform.costs(BRANCHES, BRANCHES + 1);
        table.row(
                BRANCHES + " have nothing to reserve",
                Figure.of(2 * nothing.requests(), "2 N", 2 * BRANCHES),
                Figure.of(nothing.branchForces(), "0", 0),
                Figure.of(nothing.coordinatorForces(), "0", 0));
        table.requireOnThePage();
    }

    private static List<String> row(String what, SimulatedPlatform.Cost cost) {
        return List.of(
                what,
                Integer.toString(cost.branchForces()),
                Integer.toString(cost.coordinatorForces()),
                Integer.toString(cost.requests()));
    }
}
