package io.covenant.transactions.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Explorer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/// Every order in which letters can arrive, once, again or never, coordinators take over, steps fail and times pass, in
/// small worlds.
class SagaExplorationTests {

    private static final int LIMIT = 300_000;

    private static final RetryPolicy ONCE =
            new RetryPolicy(1, Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofSeconds(1));
    private static final RetryPolicy TWICE = ONCE.attempting(2);

    /// More steps, attempts or take-overs in one world are more states than a build can visit.
    static final List<SmallWorld.Setup> WORLDS = List.of(
            new SmallWorld.Setup(
                    "only forward",
                    new Saga(
                            "forward",
                            Saga.Recovery.FORWARD,
                            List.of(step("a").retried(TWICE), step("b").after("a"))),
                    1,
                    Set.of("b")),
            new SmallWorld.Setup(
                    "one after the other, no pivot",
                    Saga.of(
                            "sequence",
                            step("a").undoneBy("undo").retried(TWICE),
                            step("b").undoneBy("undo").after("a")),
                    1,
                    Set.of()),
            new SmallWorld.Setup(
                    "side by side, one reports later",
                    Saga.of("parallel", step("a").undoneBy("undo"), step("b").undoneBy("undo")),
                    1,
                    Set.of("b")),
            new SmallWorld.Setup(
                    "the pivot in the middle, two take-overs",
                    Saga.of(
                            "middle",
                            step("a").undoneBy("undo").retried(TWICE),
                            step("p").after("a").asPivot(),
                            step("z").after("p").retried(TWICE)),
                    2,
                    Set.of()),
            new SmallWorld.Setup(
                    "two side by side before the pivot",
                    Saga.of(
                            "joined",
                            step("a").undoneBy("undo"),
                            step("b").undoneBy("undo"),
                            step("p").after("a", "b").asPivot()),
                    1,
                    Set.of()));

    private static SagaStep step(String name) {
        return SagaStep.of(name, "service", "work").retried(ONCE);
    }

    @ParameterizedTest
    @FieldSource("WORLDS")
    void endsDoneOrUndoneWhateverHappens(SmallWorld.Setup setup) {
        var start = System.nanoTime();
        var visited = look(setup, Set.of());
        System.out.printf(
                "sagas, %s, every interleaving: %,d states, %,d moves, at most %d apart, %.1f s%n",
                setup, visited.states(), visited.moves(), visited.depth(), (System.nanoTime() - start) / 1e9);
        assertThat(visited.states()).isGreaterThan(1_000);
    }

    /// The others are about what a database or the store forces, or about when it ends.
    @ParameterizedTest
    @EnumSource(
            value = PlantedBug.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "BEGIN_NOT_FORCED",
                "DECISION_NOT_FORCED",
                "EPOCH_NOT_FORCED",
                "ACTION_NOT_FORCED",
                "FENCE_NOT_FORCED",
                "OLD_ACTION_ACCEPTED",
                "TAKE_OVER_LEAVES_RUNNING"
            })
    void findsThePlantedBug(PlantedBug bug) {
        var found =
                WORLDS.stream().flatMap(setup -> broken(setup, bug).stream()).findFirst();

        assertThat(found).hasValueSatisfying(way -> assertThat(way).contains("the shortest way there"));
    }

    private static Optional<String> broken(SmallWorld.Setup setup, PlantedBug bug) {
        try {
            look(setup, Set.of(bug));
            return Optional.empty();
        } catch (AssertionError found) {
            return Optional.ofNullable(found.getMessage());
        }
    }

    private static Explorer.Visited look(SmallWorld.Setup setup, Set<PlantedBug> bugs) {
        var world = new SmallWorld(setup, bugs);
        return new Explorer<SmallWorld.State>(world, world::check).explore(world.start(), LIMIT);
    }
}
