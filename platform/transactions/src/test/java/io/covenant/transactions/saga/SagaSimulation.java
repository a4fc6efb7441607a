package io.covenant.transactions.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import io.covenant.simulation.Tally;
import io.covenant.simulation.Transcript;
import io.covenant.simulation.World;
import io.covenant.transactions.local.Mishap;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SagaSimulation {

    private static final Tally<Event> TALLY = new Tally<>(Event.class);
    private static final Tally<Mishap> MISHAPS = new Tally<>(Mishap.class);

    @Seeds(2_000)
    void endsDoneOrUndone(long seed) {
        SimulatedPlatform.play(World.seeded(seed), TALLY, MISHAPS, Set.of());
    }

    @Test
    void playsTheSameSeedTheSameWay() {
        for (var seed = 1L; seed <= 3; seed++) {
            var transcript = Transcript.reconciled(
                    seed,
                    world -> SimulatedPlatform.play(
                            world, new Tally<>(Event.class), new Tally<>(Mishap.class), Set.of()));
            assertThat(transcript.lines()).hasSizeGreaterThan(100);
        }
    }

    /// A campaign that never saw a take-over, say, would prove less than it seems to.
    @AfterAll
    static void haveSeenAllThatCanGoWrong() {
        System.out.println("sagas, simulated: " + TALLY);
        System.out.println("with: " + MISHAPS);
        if (TALLY.worlds() >= 2_000) {
            assertThat(TALLY.never()).isEmpty();
            // They are forced.
            assertThat(MISHAPS.never()).containsExactly(Mishap.BEGIN_RECORD_LOST);
        }
    }
}
