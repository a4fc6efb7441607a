package io.covenant.simulation.history;

import static io.covenant.simulation.history.Operation.answered;
import static io.covenant.simulation.history.Operation.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.history.GuardedCounter.Input;
import io.covenant.simulation.history.GuardedCounter.Output;
import io.covenant.simulation.history.Verdict.Linearizable;
import io.covenant.simulation.history.Verdict.NotLinearizable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardedCounterTests {

    @Test
    void countsUnderRisingTokens() {
        assertThat(check(
                        answered("a", increment(4), 0, count(1), 10),
                        answered("a", increment(4), 20, count(2), 30),
                        answered("b", increment(9), 40, count(3), 50),
                        answered("a", increment(4), 60, fencedBy(9), 70),
                        answered("c", read(), 80, count(3), 90)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void refusesATokenOutOfOrder() {
        assertThat(check(answered("b", increment(9), 0, count(1), 10), answered("a", increment(4), 20, count(2), 30)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesAFenceThatNobodyRaised() {
        assertThat(check(answered("a", increment(4), 0, fencedBy(9), 10))).isInstanceOf(NotLinearizable.class);
        assertThat(check(answered("a", increment(4), 0, fencedBy(9), 10), unknown("b", increment(9), 5)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void refusesAFenceOfAnotherToken() {
        assertThat(check(
                        answered("b", increment(9), 0, count(1), 10), answered("a", increment(4), 20, fencedBy(8), 30)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesALostIncrement() {
        assertThat(check(answered("a", increment(1), 0, count(1), 10), answered("b", increment(2), 20, count(1), 30)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void isQuickWithManyIncrementsOfUnknownOutcome() {
        var story = new ArrayList<Operation<Input, Output>>();
        for (var i = 0; i < 200; i++) {
            story.add(unknown("c" + i, increment(1), i));
        }
        var bad = new ArrayList<>(story);
        story.add(answered("a", read(), 1_000, count(120), 1_001));
        bad.add(answered("a", read(), 1_000, count(201), 1_001));

        assertThat(check(story)).isEqualTo(new Linearizable<>(121));
        assertThat(check(bad)).isInstanceOf(NotLinearizable.class);
    }

    @Test
    void showsWhatWasAcknowledgedAndSomeOfWhatNobodyKnows() {
        var history = new History<>(List.of(
                answered("a", increment(4), 0, count(1), 10),
                answered("a", increment(4), 20, count(2), 30),
                unknown("a", increment(4), 40),
                answered("a", increment(3), 60, fencedBy(4), 70),
                answered("c", read(), 80, count(3), 90),
                answered("a", new Input.Increment("other", 1), 80, count(1), 90)));

        assertThat(GuardedCounter.everyIncrementCounts(history, "counter", 2)).isEmpty();
        assertThat(GuardedCounter.everyIncrementCounts(history, "counter", 3)).isEmpty();
        assertThat(GuardedCounter.everyIncrementCounts(history, "counter", 1))
                .hasToString("[EVERY_INCREMENT_COUNTS: counter shows 1, with 2 increments acknowledged "
                        + "and 1 of unknown outcome]");
        assertThat(GuardedCounter.everyIncrementCounts(history, "counter", 4)).hasSize(1);
    }

    private static Input increment(long token) {
        return new Input.Increment("counter", token);
    }

    private static Input read() {
        return new Input.Read("counter");
    }

    private static Output count(long count) {
        return new Output.Count(count);
    }

    private static Output fencedBy(long token) {
        return new Output.Fenced(token);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Verdict<Input, Output> check(Operation<Input, Output>... operations) {
        return check(List.of(operations));
    }

    private static Verdict<Input, Output> check(List<Operation<Input, Output>> operations) {
        return Linearizability.of(new GuardedCounter()).check(new History<>(operations));
    }
}
