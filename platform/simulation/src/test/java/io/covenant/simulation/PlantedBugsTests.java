package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

@DisabledIfSystemProperty(named = "update.docs", matches = "true") // then no page is believed
class PlantedBugsTests {

    private static final Campaign WORLDS = Campaign.of(100);

    private enum Bug {
        ONE
    }

    private final ConcurrentSkipListSet<Long> played = new ConcurrentSkipListSet<>();

    @TempDir
    private Path directory;

    private PlantedBugs<Bug> pageThatNames(long seed) throws IOException {
        var page = Files.writeString(directory.resolve("page.md"), """
                <!-- generated: planted bugs -->
                | bug | what is wrong | found by seed |
                |---|---|---|
                | `ONE` | It is wrong. | %d |
                <!-- end of planted bugs -->
                """.formatted(seed));
        return new PlantedBugs<>(new ProtocolPage(page), Bug.class, 1);
    }

    /// It is found in these worlds alone.
    private LongConsumer foundFrom(long first) {
        return seed -> {
            played.add(seed);
            if (seed >= first) {
                throw new AssertionError("found");
            }
        };
    }

    @Test
    void playsTheWorldThatThePageNamesAndNoOther() throws IOException {
        var bugs = pageThatNames(70);

        bugs.find(Bug.ONE, "It is wrong.", WORLDS, foundFrom(7));

        assertThat(played).containsExactly(70L);
        bugs.requireTable();
    }

    @Test
    void looksFurtherWhereThatIsSoundAndCallsThePageOld() throws IOException {
        var bugs = pageThatNames(3);

        bugs.find(Bug.ONE, "It is wrong.", WORLDS, foundFrom(7));

        assertThat(played).contains(1L, 7L);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(bugs::requireTable)
                .withMessageContaining("is old")
                .withMessageContaining("| 7 |");
    }

    @Test
    void failsWhereTheMistakeIsNotFound() throws IOException {
        var bugs = pageThatNames(3);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> bugs.find(Bug.ONE, "It is wrong.", WORLDS, foundFrom(101)))
                .withMessageContaining("ONE is not found");
    }
}
