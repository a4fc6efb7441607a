package io.covenant.simulation.history;

import static io.covenant.simulation.history.Operation.answered;
import static io.covenant.simulation.history.Operation.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.history.FencedLock.Input;
import io.covenant.simulation.history.FencedLock.Output;
import io.covenant.simulation.history.Verdict.Linearizable;
import io.covenant.simulation.history.Verdict.NotLinearizable;
import java.util.List;
import org.junit.jupiter.api.Test;

class FencedLockTests {

    private static final Output BUSY = new Output.Busy();
    private static final Output RELEASED = new Output.Released();
    private static final Output NOT_HELD = new Output.NotHeld();
    private static final Output LOST = new Output.Lost();

    @Test
    void goesFromOneToTheOther() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(4), 10),
                        answered("b", acquire("b"), 20, BUSY, 30),
                        answered("b", acquire("b"), 40, granted(9), 90),
                        answered("a", release("a", 4), 60, RELEASED, 70),
                        answered("a", release("a", 4), 80, NOT_HELD, 85)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void goesToTheNextWhenItsHolderLosesIt() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(1), 10),
                        answered("primary", lose("a"), 20, LOST, 50),
                        answered("b", acquire("b"), 30, granted(2), 40),
                        answered("a", release("a", 1), 60, NOT_HELD, 70)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void mayBeHeldUnderATokenThatNobodySaw() {
        assertThat(check(
                        unknown("a", acquire("a"), 0),
                        answered("b", acquire("b"), 10, BUSY, 20),
                        unknown("primary", lose("a"), 30),
                        answered("b", acquire("b"), 40, granted(2), 50)))
                .isInstanceOf(Linearizable.class);
        assertThat(check(
                        unknown("a", acquire("a"), 0),
                        answered("a", release("a", 5), 10, RELEASED, 20),
                        answered("b", acquire("b"), 40, granted(6), 50)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void refusesATokenThatWasReleasedWhenNobodyHadSeenItGranted() {
        assertThat(check(
                        unknown("a", acquire("a"), 0),
                        answered("a", release("a", 5), 10, RELEASED, 20),
                        answered("b", acquire("b"), 40, granted(5), 50)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesTwoHolders() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(1), 10),
                        answered("b", acquire("b"), 20, granted(2), 30),
                        answered("a", release("a", 1), 40, RELEASED, 50)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesALossBeforeItCouldBe() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(1), 10),
                        answered("b", acquire("b"), 20, granted(2), 30),
                        answered("primary", lose("a"), 40, LOST, 50)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesATokenThatGoesBack() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(7), 10),
                        answered("a", release("a", 7), 20, RELEASED, 30),
                        answered("b", acquire("b"), 40, granted(6), 50)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesTheSameTokenTwice() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(7), 10),
                        unknown("a", release("a", 7), 20),
                        answered("b", acquire("b"), 40, granted(7), 50)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesALockThatIsBusyForNobody() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(1), 10),
                        answered("a", release("a", 1), 20, RELEASED, 30),
                        answered("b", acquire("b"), 40, BUSY, 50)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesThatAHolderDoesNotHoldIt() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(1), 10),
                        answered("a", release("a", 1), 20, NOT_HELD, 30)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void keepsLocksApart() {
        assertThat(check(
                        answered("a", acquire("a"), 0, granted(7), 10),
                        answered("b", new Input.Acquire("other", "b"), 20, granted(3), 30)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void tellsItsGrants() {
        var history = new History<>(List.of(
                answered("a", acquire("a"), 0, granted(7), 10),
                answered("b", acquire("b"), 20, BUSY, 30),
                unknown("c", acquire("c"), 40)));

        assertThat(FencedLock.grants(history)).containsExactly(new Grant("lock", "a", 7, 0, 10));
    }

    private static Input acquire(String holder) {
        return new Input.Acquire("lock", holder);
    }

    private static Input release(String holder, long token) {
        return new Input.Release("lock", holder, token);
    }

    private static Input lose(String holder) {
        return new Input.Lose("lock", holder);
    }

    private static Output granted(long token) {
        return new Output.Granted(token);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Verdict<Input, Output> check(Operation<Input, Output>... operations) {
        return Linearizability.of(new FencedLock()).check(new History<>(List.of(operations)));
    }
}
