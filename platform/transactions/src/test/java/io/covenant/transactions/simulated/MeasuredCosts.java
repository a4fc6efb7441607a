package io.covenant.transactions.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What transactions were counted to cost, beside what formulas say, as `docs/protocols/costs.md` shows them.
public final class MeasuredCosts {

    private final String protocol;
    private final List<List<String>> rows = new ArrayList<>();

    public MeasuredCosts(String protocol) {
        this.protocol = protocol;
    }

    /// A number that was counted, and the formula that it has to equal.
    ///
    /// @param formula as people write it
    /// @param says    its value
    public record Figure(int counted, String formula, int says) {

        public static Figure of(int counted, String formula, int says) {
            return new Figure(counted, formula, says);
        }

        private String shown() {
            return "%d = %s".formatted(counted, formula);
        }
    }

    /// Adds what one transaction costs.
    ///
    /// @throws AssertionError where a formula says something else
    public MeasuredCosts row(String what, Figure messages, Figure atBranches, Figure atCoordinators) {
        for (var figure : List.of(messages, atBranches, atCoordinators)) {
            assertThat(figure.counted()).as("%s: %s", what, figure.formula()).isEqualTo(figure.says());
        }
        rows.add(List.of(what, messages.shown(), atBranches.shown(), atCoordinators.shown()));
        return this;
    }

    /// Holds the table on the page against this one.
    public void requireOnThePage() throws IOException {
        ProtocolPage.named("costs.md")
                .requireTable(
                        protocol,
                        List.of("one transaction", "messages", "forced at the branches", "at the coordinators"),
                        rows);
    }
}
