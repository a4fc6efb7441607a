package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ExplorerTests {

    /// How far each of two programs of some steps has come.
    private record Steps(int one, int other) {}

    /// Two programs that each read a counter and then write what they read plus one. Beside the counter stands
    /// what each has read, -1 before and 2 when it has written.
    private record Increments(int counter, int one, int other) {}

    @Test
    void visitsEachStateOnce() {
        assertThat(new Explorer<Steps>(upTo(3), _ -> {}).explore(new Steps(0, 0), 100))
                .isEqualTo(new Explorer.Visited(4 * 4, 2 * 3 * 4, 6));
    }

    /// As the state is the whole story, each interleaving is a state of its own: 6 of 2 programs of 2 steps.
    @Test
    void visitsEveryInterleaving() {
        var ends = new HashSet<String>();
        var explorer = new Explorer<String>(
                (story, into) -> {
                    for (var program : new String[] {"a", "b"}) {
                        if (story.chars()
                                        .filter(step -> step == program.charAt(0))
                                        .count()
                                < 2) {
                            into.accept(() -> program, story + program);
                        }
                    }
                },
                story -> {
                    if (story.length() == 4) {
                        ends.add(story);
                    }
                });

        assertThat(explorer.explore("", 100)).isEqualTo(new Explorer.Visited(1 + 2 + 4 + 6 + 6, 18, 4));
        assertThat(ends).isEqualTo(Set.of("aabb", "abab", "abba", "baab", "baba", "bbaa"));
    }

    @Test
    void takesStayingForNoMove() {
        var explorer = new Explorer<Integer>(
                (number, into) -> {
                    into.accept(() -> "stay", number);
                    into.accept(() -> "turn", 1 - number);
                },
                _ -> {});

        assertThat(explorer.explore(0, 10)).isEqualTo(new Explorer.Visited(2, 2, 1));
    }

    @Test
    void findsALostUpdateByAShortestWay() {
        var explorer = new Explorer<Increments>(ExplorerTests::increment, state -> {
            if (state.one() == 2 && state.other() == 2) {
                assertThat(state.counter()).isEqualTo(2);
            }
        });

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> explorer.explore(new Increments(0, -1, -1), 100))
                .withMessageEndingWith("""
                        the shortest way there:
                           1 one reads 0
                           2 other reads 0
                           3 one writes 1
                           4 other writes 1""");
    }

    @Test
    void looksAtTheStartAsWell() {
        var explorer = new Explorer<Steps>(upTo(3), _ -> {
            throw new IllegalStateException("never");
        });

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> explorer.explore(new Steps(0, 0), 100))
                .withMessageStartingWith("never");
    }

    @Test
    void givesUpBeyondItsLimit() {
        var explorer = new Explorer<Steps>(upTo(1_000_000), _ -> {});

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> explorer.explore(new Steps(0, 0), 1_000))
                .withMessage("more than 1000 states");
    }

    private static Explorer.Moves<Steps> upTo(int steps) {
        return (state, into) -> {
            if (state.one() < steps) {
                into.accept(() -> "one", new Steps(state.one() + 1, state.other()));
            }
            if (state.other() < steps) {
                into.accept(() -> "other", new Steps(state.one(), state.other() + 1));
            }
        };
    }

    private static void increment(Increments now, BiConsumer<Supplier<String>, Increments> into) {
        switch (now.one()) {
            case -1 ->
                into.accept(
                        () -> "one reads " + now.counter(), new Increments(now.counter(), now.counter(), now.other()));
            case 0, 1 ->
                into.accept(() -> "one writes " + (now.one() + 1), new Increments(now.one() + 1, 2, now.other()));
            default -> {}
        }
        switch (now.other()) {
            case -1 ->
                into.accept(
                        () -> "other reads " + now.counter(), new Increments(now.counter(), now.one(), now.counter()));
            case 0, 1 ->
                into.accept(() -> "other writes " + (now.other() + 1), new Increments(now.other() + 1, now.one(), 2));
            default -> {}
        }
    }
}
