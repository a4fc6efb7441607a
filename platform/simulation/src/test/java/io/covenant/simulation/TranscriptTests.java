package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TranscriptTests {

    @Seeds(100)
    void isTheSameForTheSameSeed(long seed) {
        var transcript = Transcript.reconciled(seed, TranscriptTests::story);

        assertThat(transcript.lines())
                .isEqualTo(Transcript.of(seed, TranscriptTests::story).lines())
                .hasSizeGreaterThan(50);
    }

    @Test
    void isAnotherForAnotherSeed() {
        assertThat(Transcript.of(1, TranscriptTests::story).lines())
                .isNotEqualTo(Transcript.of(2, TranscriptTests::story).lines());
    }

    @Test
    void keepsAllThatHappened() {
        Consumer<World> thousandNotes = world -> {
            for (var i = 0; i < 1_000; i++) {
                world.note("somebody", "does", i);
            }
        };

        assertThat(Transcript.of(1, thousandNotes).lines()).hasSize(1_000);
    }

    @Test
    void tellsWhereChanceCameFromOutside() {
        var outside = new AtomicInteger();
        Consumer<World> story = world -> {
            world.note("somebody", "throws", world.dice().below(6));
            world.note("somebody", "takes from outside", outside.incrementAndGet());
        };

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Transcript.reconciled(5, story))
                .withMessageStartingWith("seed 5 was played twice and differs at event 1:")
                .withMessageContaining("takes from outside 1")
                .withMessageContaining("takes from outside 2");
    }

    @Test
    void tellsWhereOneRunWentOn() {
        var runs = new AtomicInteger();

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Transcript.reconciled(5, world -> {
                    if (runs.incrementAndGet() == 2) {
                        world.note("somebody", "wakes up", "");
                    }
                }))
                .withMessageContaining("differs at event 0:")
                .withMessageContaining("(the end)");
    }

    /// Two nodes toss numbers at each other under all that can go wrong.
    private static void story(World world) {
        world.network().loss(0.1).duplication(0.1).stragglers(0.1, Duration.ofMillis(50));
        for (var name : new String[] {"a", "b"}) {
            world.node(name, self -> {
                self.every(
                        Duration.ofMillis(10),
                        () -> self.send(
                                name.equals("a") ? "b" : "a", self.dice().below(100)));
                return (_, message) -> {
                    self.disk("log").write(message);
                    if (self.dice().chance(0.1)) {
                        self.disk("log").force();
                    }
                };
            });
        }
        world.in(Duration.ofMillis(100), world.node("a")::crash)
                .in(Duration.ofMillis(150), world.node("a")::restart)
                .in(Duration.ofMillis(200), world.node("b")::pause)
                .in(Duration.ofMillis(250), world.node("b")::resume)
                .in(
                        Duration.ofMillis(300),
                        () -> world.note(
                                "b",
                                "kept",
                                world.node("b").disk("log").contents().size()))
                .run(Duration.ofMillis(400));
    }
}
