package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.threephase.Standing.Position;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StandingTests {

    private static final BranchId BRANCH = new BranchId(new TransactionId(new UUID(0, 1)), new Attempt(1), "orders");
    private static final Outcome COMMIT = Outcome.commit(Set.of(BRANCH));
    private static final Election LOW = new Election(2, 7);
    private static final Election HIGH = new Election(2, 8);

    @Test
    void movesInTheElectionItTookPartIn() {
        var moved =
                Standing.NEW.elected(LOW).orElseThrow().attempted(LOW, COMMIT).orElseThrow();

        assertThat(moved.position()).isEqualTo(Position.PRE_COMMITTED);
        assertThat(moved.lastAttempt()).isEqualTo(LOW);
        assertThat(moved.sealed()).containsExactly(BRANCH);
    }

    @Test
    void movesInAHigherElectionThatItDidNotTakePartIn() {
        assertThat(Standing.NEW.attempted(HIGH, Outcome.ABORT).orElseThrow())
                .isEqualTo(new Standing(HIGH, HIGH, Position.PRE_ABORTED, new TreeSet<>()));
    }

    @Test
    void refusesLowerElections() {
        var elected = Standing.NEW.elected(HIGH).orElseThrow();

        assertThat(elected.elected(LOW)).isEmpty();
        assertThat(elected.attempted(LOW, Outcome.ABORT)).isEmpty();
        assertThat(elected.attempted(Election.FIRST, COMMIT)).isEmpty();
    }

    @Test
    void remembersAnAttemptThroughAnElection() {
        var moved = Standing.NEW.attempted(Election.FIRST, COMMIT).orElseThrow();

        assertThat(moved.elected(HIGH).orElseThrow())
                .isEqualTo(new Standing(HIGH, Election.FIRST, Position.PRE_COMMITTED, moved.sealed()));
    }

    @Test
    void changesNothingWhenItIsAskedOnceMore() {
        var moved = Standing.NEW.attempted(LOW, COMMIT).orElseThrow();

        assertThat(moved.attempted(LOW, COMMIT)).contains(moved);
        assertThat(moved.elected(LOW)).contains(moved);
    }

    @Test
    void movesNowhereOnceItKnowsTheDecision() {
        var over = Standing.NEW.learned(COMMIT);

        assertThat(over.decided()).contains(COMMIT);
        assertThat(over.attempted(HIGH, Outcome.ABORT)).isEmpty();
        assertThat(over.elected(HIGH).orElseThrow().decided()).contains(COMMIT);
    }

    @Test
    void needsMoreThanHalfOfTheSites() {
        var branches = new TreeSet<BranchId>();
        for (var count = 1; count <= 9; count++) {
            branches.add(new BranchId(BRANCH.transaction(), BRANCH.attempt(), "b" + count));
            var electorate = new Electorate(branches);

            assertThat(electorate.sites()).hasSize(count + 1);
            assertThat(2 * electorate.quorum()).isGreaterThan(count + 1);
            assertThat(2 * (electorate.quorum() - 1)).isLessThanOrEqualTo(count + 1);
        }
    }
}
