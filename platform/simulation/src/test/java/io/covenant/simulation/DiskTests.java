package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DiskTests {

    @Test
    void showsWhatWasWrittenAtOnce() {
        var disk = new Disk<String>();

        disk.write("a");
        disk.write("b");

        assertThat(disk.contents()).containsExactly("a", "b");
    }

    @Seeds(200)
    void keepsWhatWasForced(long seed) {
        var disk = written(seed);

        assertThat(disk.contents()).startsWith("a", "b");
    }

    @Seeds(200)
    void keepsNoWriteWithoutTheOnesBefore(long seed) {
        assertThat(List.of("a", "b", "c", "d", "e"))
                .startsWith(written(seed).contents().toArray(String[]::new));
    }

    @Test
    void keepsAnyPartOfWhatWasNotForced() {
        var kept = new TreeSet<Integer>();
        for (var seed = 1; seed <= 200; seed++) {
            kept.add(written(seed).contents().size());
        }

        assertThat(kept).containsExactly(2, 3, 4, 5);
    }

    @Test
    void keepsWhatSurvivedACrashForGood() {
        for (var seed = 1; seed <= 50; seed++) {
            var disk = written(seed);
            var survived = List.copyOf(disk.contents());

            disk.crash(new Dice(1_000 + seed));

            assertThat(disk.contents()).isEqualTo(survived);
        }
    }

    @Test
    void takesWritesAfterACrash() {
        var disk = written(1);
        disk.write("f");
        disk.force();
        disk.crash(new Dice(2));

        assertThat(disk.contents()).endsWith("f");
    }

    @Test
    void catchesWhoeverAnswersBeforeItForces() {
        assertThat(Campaign.of(50).firstFailure(seed -> crashAfterAnAnswer(seed, true)))
                .isEmpty();
        assertThat(Campaign.of(50).firstFailure(seed -> crashAfterAnAnswer(seed, false)))
                .isPresent();
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Campaign.of(50).run(seed -> crashAfterAnAnswer(seed, false)))
                .withMessageContaining("an acknowledged write is kept");
    }

    /// Five writes of which the first two were forced, and a crash.
    private static Disk<String> written(long seed) {
        var disk = new Disk<String>();
        disk.write("a");
        disk.write("b");
        disk.force();
        disk.write("c");
        disk.write("d");
        disk.write("e");
        disk.crash(new Dice(seed));
        return disk;
    }

    private static void crashAfterAnAnswer(long seed, boolean forcing) {
        var world = World.seeded(seed);
        var acknowledged = new TreeSet<Integer>();
        var store = world.node("store", node -> (from, message) -> {
            node.disk("log").write(message);
            if (forcing) {
                node.disk("log").force();
            }
            node.send(from, message);
        });
        var client = world.node("client", _ -> (_, message) -> acknowledged.add((Integer) message));
        for (var i = 0; i < 5; i++) {
            client.send("store", i);
        }
        world.in(Duration.ofMillis(world.dice().below(3)), store::crash)
                .finally_(
                        "an acknowledged write is kept",
                        () -> assertThat(store.disk("log").contents()).containsAll(acknowledged))
                .untilQuiet(Duration.ofSeconds(1));
    }
}
