package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Decision;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// One schedule, two rules for time-outs, two ends; as `docs/protocols/three-phase-commit.md` tells them.
class SplitDecisionTests {

    @Test
    void splitsTheDecisionWhenTimeOutsDecide() {
        var story = SplitDecision.play(TimeOutRule.UNSAFE_TEXTBOOK);

        assertThat(story.split()).isTrue();
        assertThat(story.ends()).isEqualTo(Map.of("orders", Decision.ABORT, "inventory", Decision.COMMIT));
        assertThat(story.lines().stream().map(SplitDecision.Line::toString))
                .containsSubsequence(
                        "inventory      to coordinator-1: yes",
                        "orders         to coordinator-1: yes",
                        "coordinator-1  to coordinators: PRE-COMMIT, 1.0",
                        "network        splits: orders and coordinator-2 on one side, all others on the other",
                        "coordinator-1  to inventory: PRE-COMMIT, 1.0",
                        "coordinator-1  dies",
                        "coordinator-1  to orders: PRE-COMMIT, 1.0 (lost)",
                        "orders         has heard nothing for too long, at waiting",
                        "orders         ROLLS BACK",
                        "inventory      has heard nothing for too long, at pre-committed",
                        "inventory      COMMITS");
    }

    @Test
    void survivesTheSameScheduleWhenTimeOutsElect() {
        var story = SplitDecision.play(TimeOutRule.ELECT);

        assertThat(story.split()).isFalse();
        assertThat(story.ends()).isEqualTo(Map.of("orders", Decision.COMMIT, "inventory", Decision.COMMIT));
    }

    /// The side with a quorum does not wait for the other; the side without one waits, and then follows.
    @Test
    void decidesOnTheSideThatHasAQuorum() {
        var lines = SplitDecision.play(TimeOutRule.ELECT).lines().stream()
                .map(SplitDecision.Line::toString)
                .toList();

        assertThat(lines.indexOf("inventory      COMMITS"))
                .isPositive()
                .isLessThan(lines.indexOf("network        heals"));
        assertThat(lines.indexOf("orders         COMMITS")).isGreaterThan(lines.indexOf("network        heals"));
    }

    /// Up to the first time-out nobody can tell the two rules apart.
    @Test
    void playsTheSameScheduleToBoth() {
        assertThat(untilTimeOut(TimeOutRule.ELECT)).isEqualTo(untilTimeOut(TimeOutRule.UNSAFE_TEXTBOOK));
    }

    @Test
    void standsInTheDocumentation() throws IOException {
        var page = ProtocolPage.named("three-phase-commit.md");
        for (var rule : TimeOutRule.values()) {
            page.requireTable(
                    "schedule " + rule,
                    List.of("where", "what"),
                    SplitDecision.play(rule).lines().stream()
                            .map(line -> List.of(line.where(), line.what()))
                            .toList());
        }
    }

    private static List<SplitDecision.Line> untilTimeOut(TimeOutRule rule) {
        Stream<SplitDecision.Line> lines = SplitDecision.play(rule).lines().stream();
        return lines.takeWhile(line -> !line.what().contains("too long")).toList();
    }
}
