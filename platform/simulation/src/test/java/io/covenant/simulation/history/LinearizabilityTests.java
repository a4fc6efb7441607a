package io.covenant.simulation.history;

import static io.covenant.simulation.history.Operation.answered;
import static io.covenant.simulation.history.Operation.unknown;
import static io.covenant.simulation.history.Registers.DIFFERS;
import static io.covenant.simulation.history.Registers.WRITTEN;
import static io.covenant.simulation.history.Registers.compareAndSet;
import static io.covenant.simulation.history.Registers.read;
import static io.covenant.simulation.history.Registers.value;
import static io.covenant.simulation.history.Registers.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.history.Register.Input;
import io.covenant.simulation.history.Register.Output;
import io.covenant.simulation.history.Verdict.Linearizable;
import io.covenant.simulation.history.Verdict.NotLinearizable;
import io.covenant.simulation.history.Verdict.Undecided;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearizabilityTests {

    private final Linearizability<Integer, Input<Integer>, Output<Integer>> registers =
            Linearizability.of(new Register<>(0));

    @Test
    void acceptsNothingAtAll() {
        assertThat(check()).isInstanceOf(Linearizable.class);
    }

    @Test
    void acceptsOneAfterTheOther() {
        assertThat(check(
                        answered("c1", write(1), 0, WRITTEN, 10),
                        answered("c2", compareAndSet(1, 2), 20, WRITTEN, 30),
                        answered("c2", compareAndSet(1, 3), 40, DIFFERS, 50),
                        answered("c1", read(), 60, value(2), 70)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void acceptsAnOrderOtherThanThatOfTheAnswers() {
        assertThat(check(
                        answered("c1", write(1), 0, WRITTEN, 100),
                        answered("c2", read(), 10, value(1), 20),
                        answered("c3", read(), 30, value(1), 40)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void goesBackFromAFirstGuess() {
        assertThat(check(
                        answered("c1", write(1), 0, WRITTEN, 100),
                        answered("c2", write(2), 0, WRITTEN, 100),
                        answered("c3", write(3), 0, WRITTEN, 100),
                        answered("c4", read(), 110, value(1), 120)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void takesEventsOfTheSameTimeAsConcurrent() {
        assertThat(check(answered("c1", write(1), 0, WRITTEN, 10), answered("c2", read(), 10, value(0), 20)))
                .isInstanceOf(Linearizable.class);
        assertThat(check(answered("c1", read(), 0, value(1), 10), unknown("c2", write(1), 10)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void letsAWriteOfUnknownOutcomeTakeEffectLateOrNever() {
        assertThat(check(
                        unknown("c1", write(1), 0),
                        answered("c2", read(), 10, value(0), 20),
                        answered("c2", read(), 30, value(1), 40)))
                .isInstanceOf(Linearizable.class);
        assertThat(check(
                        unknown("c1", write(1), 0),
                        answered("c2", write(2), 5, WRITTEN, 8),
                        answered("c2", read(), 10, value(2), 20),
                        answered("c2", read(), 30, value(2), 40)))
                .isInstanceOf(Linearizable.class);
    }

    @Test
    void letsAWriteOfUnknownOutcomeTakeEffectOnce() {
        assertThat(check(
                        unknown("c1", write(1), 0),
                        answered("c2", read(), 10, value(1), 20),
                        answered("c2", write(2), 30, WRITTEN, 40),
                        answered("c2", read(), 50, value(1), 60)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void letsNothingTakeEffectBeforeItIsInvoked() {
        assertThat(check(answered("c2", read(), 10, value(1), 20), unknown("c1", write(1), 30)))
                .isInstanceOf(NotLinearizable.class);
    }

    /// To explain all of it the conditional write would have to come first, which is over before it begins.
    @Test
    void remembersWhatWasStillToComeWhenItGoesBack() {
        assertThat(check(
                        unknown("c1", write(1), 0),
                        answered("c2", read(), 5, value(1), 10),
                        unknown("c3", compareAndSet(0, 1), 15),
                        answered("c2", write(7), 20, WRITTEN, 25),
                        answered("c2", read(), 30, value(1), 35)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void tellsTwoEqualWritesOfUnknownOutcomeApart() {
        List<Operation<Input<Integer>, Output<Integer>>> once = List.of(
                unknown("c1", write(1), 0),
                answered("c2", read(), 10, value(1), 20),
                answered("c2", write(2), 30, WRITTEN, 40),
                answered("c2", read(), 70, value(1), 80));
        var twice = new ArrayList<>(once);
        twice.add(unknown("c3", write(1), 60));

        assertThat(registers.check(new History<>(once))).isInstanceOf(NotLinearizable.class);
        assertThat(registers.check(new History<>(twice))).isInstanceOf(Linearizable.class);
    }

    /// As a library answered that counts an acknowledgement of the past as a sign of leadership: its old
    /// leader was stopped, a new one acknowledged 102, the old one woke up and read 0.6 s later.
    @Test
    void refusesTheStaleReadOfALeaderThatWakesUp() {
        var millis = 1_000_000L;

        assertThat(check(
                        answered("c1", write(3), 100 * millis, WRITTEN, 103 * millis),
                        answered("c2", read(), 110 * millis, value(3), 111 * millis),
                        unknown("c1", write(4), 400 * millis),
                        answered("c2", write(101), 2_900 * millis, WRITTEN, 2_960 * millis),
                        answered("c2", write(102), 3_000 * millis, WRITTEN, 3_004 * millis),
                        answered("c1", read(), 3_604 * millis, value(3), 3_606 * millis)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesALostUpdate() {
        assertThat(check(
                        answered("c1", compareAndSet(0, 1), 0, WRITTEN, 20),
                        answered("c2", compareAndSet(0, 2), 10, WRITTEN, 30)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesALostAcknowledgedWrite() {
        assertThat(check(answered("c1", write(1), 0, WRITTEN, 10), answered("c2", read(), 20, value(0), 30)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesAValueThatWasNeverWritten() {
        assertThat(check(answered("c1", write(1), 0, WRITTEN, 100), answered("c2", read(), 10, value(7), 20)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesReadsThatGoBack() {
        assertThat(check(
                        answered("c1", write(1), 0, WRITTEN, 100),
                        answered("c2", read(), 10, value(1), 20),
                        answered("c3", read(), 30, value(0), 40)))
                .isInstanceOf(NotLinearizable.class);
    }

    @Test
    void refusesOneBadKeyAmongGoodOnes() {
        assertThat(check(
                        answered("c1", write(1), 0, WRITTEN, 10),
                        answered("c2", new Input.Write<>("y", 2), 0, WRITTEN, 10),
                        answered("c1", read(), 20, value(1), 30),
                        answered("c2", new Input.Read<>("y"), 20, value(1), 30)))
                .isInstanceOfSatisfying(
                        NotLinearizable.class,
                        verdict -> assertThat(verdict.counterexample().part()).isEqualTo("y"));
    }

    @Test
    void saysWhenItWouldHaveToRememberTooMuch() {
        var history = new ArrayList<Operation<Input<Integer>, Output<Integer>>>();
        for (var i = 0; i < 20; i++) {
            history.add(answered("c" + i, write(i), 0, WRITTEN, 100));
        }
        history.add(answered("c", read(), 110, value(77), 120));

        var verdict = registers.rememberingAtMost(1_000).check(new History<>(history));

        assertThat(verdict).isInstanceOf(Undecided.class).hasToString("undecided after 1,001 configurations of 'x'");
    }

    @Test
    void throwsWhatItFound() {
        assertThatThrownBy(() -> registers.require(new History<>(List.of(answered("c1", read(), 0, value(7), 1)))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not linearizable");
        registers.require(new History<>(List.of(answered("c1", read(), 0, value(0), 1))));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private Verdict<Input<Integer>, Output<Integer>> check(Operation<Input<Integer>, Output<Integer>>... operations) {
        return registers.check(new History<>(List.of(operations)));
    }
}
