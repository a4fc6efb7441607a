package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

class WorldTests {

    private final World world = World.seeded(42);
    private final List<Object> happened = new ArrayList<>();

    @Test
    void letsThingsHappenInTheOrderOfTheirTimes() {
        world.in(Duration.ofMillis(3), () -> happened.add("c"))
                .in(Duration.ofMillis(1), () -> happened.add("a"))
                .in(Duration.ofMillis(2), () -> happened.add("b"))
                .in(Duration.ofMillis(2), () -> happened.add("b, later said"))
                .untilQuiet(Duration.ofSeconds(1));

        assertThat(happened).containsExactly("a", "b", "b, later said", "c");
        assertThat(world.elapsed()).isEqualTo(Duration.ofMillis(3));
        assertThat(world.events()).isEqualTo(4);
    }

    @Test
    void stopsAtTheTimeToWhichItRuns() {
        world.in(Duration.ofMillis(10), () -> happened.add("in time"))
                .in(Duration.ofMillis(11), () -> happened.add("too late"))
                .run(Duration.ofMillis(10));

        assertThat(happened).containsExactly("in time");
        assertThat(world.elapsed()).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void looksAtItsRulesAfterEveryEvent() {
        var looks = new AtomicInteger();

        world.always("counted", looks::incrementAndGet)
                .in(Duration.ofMillis(1), () -> {})
                .in(Duration.ofMillis(2), () -> {})
                .untilQuiet(Duration.ofSeconds(1));

        assertThat(looks).hasValue(2);
    }

    @Test
    void saysWhichRuleBrokeWithWhichSeedAndWhatHappenedBefore() {
        world.always("never two", () -> assertThat(happened).hasSizeLessThan(2))
                .in(Duration.ofMillis(1), () -> note("one"))
                .in(Duration.ofMillis(2), () -> note("two"))
                .in(Duration.ofMillis(3), () -> note("three"));

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> world.untilQuiet(Duration.ofSeconds(1)))
                .withMessageStartingWith("never two: ")
                .withMessageContaining("seed 42, PT0.002S after the beginning, 2 events")
                .withMessageContaining("does two")
                .withMessageNotContaining("does three");
    }

    @Test
    @DisabledIfSystemProperty(named = "simulation.seed", matches = ".+", disabledReason = "then it tells of all")
    void tellsOnlyOfTheLastEvents() {
        for (var i = 0; i < 1_000; i++) {
            note("thing " + i);
        }
        world.in(Duration.ofMillis(1), () -> {
            throw new IllegalStateException("oops");
        });

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> world.untilQuiet(Duration.ofSeconds(1)))
                .withMessageStartingWith("an event failed: oops")
                .withMessageContaining("thing 999")
                .withMessageNotContaining("thing 900")
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void looksAtTheEndOnlyAtTheEnd() {
        world.finally_("all done", () -> assertThat(happened).hasSize(2))
                .in(Duration.ofMillis(1), () -> note("one"))
                .in(Duration.ofMillis(2), () -> note("two"))
                .untilQuiet(Duration.ofSeconds(1));

        world.in(Duration.ofMillis(3), () -> note("three"));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> world.untilQuiet(Duration.ofSeconds(1)))
                .withMessageStartingWith("all done: ");
    }

    @Test
    void isQuietAlthoughSomethingRecurs() {
        world.node("node", _ -> (_, _) -> {}).every(Duration.ofMillis(1), () -> {});

        world.untilQuiet(Duration.ofSeconds(1));

        assertThat(world.elapsed()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void isQuietWhenAStorySaysSo() {
        world.node("node", _ -> (_, _) -> {}).every(Duration.ofMillis(10), () -> happened.add("again"));
        world.quietWhen("it recurred 20 times", () -> happened.size() >= 20);

        world.untilQuiet(Duration.ofSeconds(10));

        assertThat(happened).hasSizeBetween(20, 26);
    }

    @Test
    void saysWhatKeepsItFromBeingQuiet() {
        world.quietWhen("the moon is blue", () -> false).in(Duration.ofMillis(1), () -> {});

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> world.untilQuiet(Duration.ofSeconds(1)))
                .withMessageStartingWith("not quiet after PT1S: the moon is blue");
    }

    @Test
    void givesUpOnMessagesThatNeverEnd() {
        world.node("a", self -> (_, message) -> self.send("b", message));
        world.node("b", self -> (_, message) -> self.send("a", message)).send("a", "ball");

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> world.untilQuiet(Duration.ofSeconds(1)))
                .withMessageStartingWith("not quiet after PT1S: 1 messages or timers are left");
    }

    @Test
    void refusesTwoNodesOfOneName() {
        world.node("node", _ -> (_, _) -> {});

        assertThatIllegalArgumentException().isThrownBy(() -> world.node("node", _ -> (_, _) -> {}));
        assertThatIllegalArgumentException().isThrownBy(() -> world.node("nobody"));
    }

    private void note(String what) {
        happened.add(what);
        world.note("somebody", "does", what);
    }
}
