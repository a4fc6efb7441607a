package io.covenant.transactions.tcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
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

    private static List<String> row(String what, SimulatedPlatform.Cost cost) {
        return List.of(
                what,
                Integer.toString(cost.branchForces()),
                Integer.toString(cost.coordinatorForces()),
                Integer.toString(cost.requests()));
    }
}
