package io.covenant.simulation.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.history.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LockRulesTests {

    @Test
    void letsHoldersFollowEachOther() {
        assertThat(LockRules.oneHolderAtATime(List.of(
                        tenure("b", 2, 10, 20),
                        tenure("a", 1, 0, 10),
                        tenure("c", 3, 30, Long.MAX_VALUE),
                        new Tenure("other", "d", 1, 5, 15))))
                .isEmpty();
    }

    @Test
    void forgivesAGrantThatCameTooLateToBeUsed() {
        assertThat(LockRules.oneHolderAtATime(List.of(tenure("a", 1, 0, 100), tenure("b", 2, 50, 40))))
                .isEmpty();
    }

    @Test
    void findsTwoHolders() {
        assertThat(LockRules.oneHolderAtATime(List.of(tenure("a", 1, 0, 11), tenure("b", 2, 10, 20))))
                .extracting(Violation::rule)
                .containsExactly(Rule.ONE_HOLDER_AT_A_TIME);
    }

    @Test
    void findsAHolderWhoNeverLetGo() {
        assertThat(LockRules.oneHolderAtATime(
                        List.of(tenure("a", 1, 0, 100), tenure("b", 2, 10, 20), tenure("c", 3, 50, 60))))
                .hasSize(2);
    }

    @Test
    void letsTokensRise() {
        assertThat(LockRules.tokensRise(
                        List.of(grant("a", 1, 0, 10), grant("b", 5, 11, 20), new Grant("other", "c", 1, 30, 40))))
                .isEmpty();
    }

    @Test
    void letsAnswersOvertakeEachOther() {
        assertThat(LockRules.tokensRise(List.of(grant("a", 1, 0, 90), grant("b", 2, 5, 20))))
                .isEmpty();
        assertThat(LockRules.tokensRise(List.of(grant("a", 2, 0, 10), grant("b", 1, 10, 20))))
                .isEmpty();
    }

    @Test
    void findsATokenThatGoesBack() {
        assertThat(LockRules.tokensRise(List.of(grant("a", 6, 0, 10), grant("c", 7, 0, 5), grant("b", 5, 11, 20))))
                .singleElement()
                .hasToString(
                        "TOKENS_RISE: Grant[lock=lock, holder=b, token=5, asked=11, granted=20] was asked for after "
                                + "Grant[lock=lock, holder=c, token=7, asked=0, granted=5]");
    }

    @Test
    void findsATokenThatTwoShare() {
        assertThat(LockRules.tokensRise(List.of(grant("a", 6, 0, 10), grant("b", 6, 5, 20))))
                .hasSize(1);
    }

    @Test
    void servesWhoeverCameFirst() {
        assertThat(LockRules.firstComeFirstServed(
                        List.of(turn("a", 0, 5, 1), turn("b", 6, 9, 2), turn("c", 7, 8, 3), turn("d", 20, 21, 9))))
                .isEmpty();
    }

    @Test
    void findsWhoeverJumpedTheQueue() {
        assertThat(LockRules.firstComeFirstServed(List.of(turn("a", 0, 5, 2), turn("b", 6, 9, 1))))
                .extracting(Violation::rule)
                .containsExactly(Rule.FIRST_COME_FIRST_SERVED);
    }

    @Test
    void findsAWaiterThatWasForgotten() {
        var forgotten = new Turn("lock", "a", 0, 5, OptionalLong.empty());

        assertThat(LockRules.firstComeFirstServed(List.of(forgotten, turn("b", 6, 9, 1))))
                .hasSize(1);
    }

    @Test
    void sortsAMillionGrants() {
        var grants = new ArrayList<Grant>();
        var tenures = new ArrayList<Tenure>();
        for (var i = 0; i < 1_000_000; i++) {
            grants.add(new Grant("lock-" + i % 100, "a", i, 10L * i, 10L * i + 5));
            tenures.add(new Tenure("lock-" + i % 100, "a", i, 10L * i + 5, 10L * i + 9));
        }

        assertThat(LockRules.tokensRise(grants)).isEmpty();
        assertThat(LockRules.oneHolderAtATime(tenures)).isEmpty();
    }

    private static Tenure tenure(String holder, long token, long from, long until) {
        return new Tenure("lock", holder, token, from, until);
    }

    private static Grant grant(String holder, long token, long asked, long granted) {
        return new Grant("lock", holder, token, asked, granted);
    }

    private static Turn turn(String waiter, long asked, long queued, long token) {
        return new Turn("lock", waiter, asked, queued, OptionalLong.of(token));
    }
}
