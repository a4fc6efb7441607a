package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.threephase.SplitDecision;
import io.covenant.transactions.threephase.TimeOutRule;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitTextTests {

    private final List<String> lines =
            SplitText.lines(SplitDecision.play(TimeOutRule.UNSAFE_TEXTBOOK), SplitDecision.play(TimeOutRule.ELECT));

    @Test
    void showsTheTextbooksSplitAndTheQuorumThatAgrees() {
        assertThat(lines)
                .containsSubsequence(
                        "  coordinator-1  dies",
                        "By the textbook's rule, whoever waits too long decides alone:",
                        "  orders     ROLLS BACK",
                        "  inventory  COMMITS",
                        "SPLIT: inventory committed, orders aborted.",
                        "AGREED: inventory committed, orders committed.");
    }

    @Test
    void tellsOnceWhatBothHaveInCommon() {
        assertThat(Collections.frequency(lines, "  coordinator-1  dies")).isOne();
        assertThat(lines.stream().filter(line -> line.contains("network") && line.contains("splits:")))
                .hasSize(1);
    }
}
