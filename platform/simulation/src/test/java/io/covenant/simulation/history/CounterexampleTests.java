package io.covenant.simulation.history;

import static io.covenant.simulation.history.Operation.answered;
import static io.covenant.simulation.history.Operation.unknown;
import static io.covenant.simulation.history.Registers.WRITTEN;
import static io.covenant.simulation.history.Registers.read;
import static io.covenant.simulation.history.Registers.value;
import static io.covenant.simulation.history.Registers.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.history.Register.Input;
import io.covenant.simulation.history.Register.Output;
import io.covenant.simulation.history.Verdict.NotLinearizable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CounterexampleTests {

    private static final List<Operation<Input<Integer>, Output<Integer>>> STALE = List.of(
            answered("old", write(3), 0, WRITTEN, 10),
            unknown("old", write(4), 20),
            answered("new", write(102), 30, WRITTEN, 40),
            answered("old", read(), 100, value(3), 101),
            answered("new", read(), 110, value(102), 120));

    @Test
    void drawsWhatHappenedAndNamesWhatHasNoExplanation() {
        assertThat(counterexample(STALE)).hasToString("""
                not linearizable: no order explains the first 4 of 5 operations on 'x'
                    1 old |-|           write 3 -> written
                    2 old     |........ write 4 -> ?
                    3 new       |-|     write 102 -> written
                    4 old           |-| read -> 3   <--
                the farthest order is 1 3; the state is then 102
                which does not explain 4 (read -> 3)""");
    }

    @Test
    void endsWithTheFirstAnswerThatCannotBe() {
        var counterexample = counterexample(STALE);

        assertThat(counterexample.operations()).hasSize(4);
        assertThat(counterexample.unexplained()).containsExactly(answered("old", read(), 100, value(3), 101));
    }

    @Test
    void takesWhatIsStillGoingOnAtItsEndForUnknown() {
        var counterexample = counterexample(List.of(
                answered("c1", read(), 0, value(7), 10),
                answered("c2", write(1), 5, WRITTEN, 20),
                answered("c3", read(), 30, value(9), 40)));

        assertThat(counterexample.operations())
                .containsExactly(answered("c1", read(), 0, value(7), 10), unknown("c2", write(1), 5));
    }

    @Test
    void countsWhatBeginsAtItsLastMoment() {
        var counterexample = counterexample(List.of(
                answered("c1", read(), 0, value(1), 10),
                answered("c2", write(1), 10, WRITTEN, 20),
                answered("c3", read(), 30, value(9), 40)));

        assertThat(counterexample.unexplained()).containsExactly(answered("c3", read(), 30, value(9), 40));
    }

    @Test
    void showsTheEndOfALongStory() {
        var story = new ArrayList<Operation<Input<Integer>, Output<Integer>>>();
        for (var i = 0; i < 1_000; i++) {
            story.add(answered("c1", write(i), 10L * i, WRITTEN, 10L * i + 5));
        }
        story.add(answered("c2", read(), 20_000, value(3), 20_001));

        assertThat(counterexample(story).toString().lines())
                .hasSizeLessThan(25)
                .anyMatch(line -> line.contains("1000 c1") && line.endsWith("write 999 -> written"))
                .anyMatch(line -> line.contains("1001 c2") && line.endsWith("read -> 3   <--"))
                .allMatch(line -> line.length() < 120);
    }

    private static Counterexample<Input<Integer>, Output<Integer>> counterexample(
            List<Operation<Input<Integer>, Output<Integer>>> operations) {
        var verdict = Linearizability.of(new Register<>(0)).check(new History<>(operations));
        if (verdict instanceof NotLinearizable<Input<Integer>, Output<Integer>>(var counterexample)) {
            return counterexample;
        }
        throw new AssertionError(verdict);
    }
}
