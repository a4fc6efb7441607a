package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import io.covenant.simulation.Tally;
import io.covenant.simulation.Transcript;
import io.covenant.simulation.World;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RaftSimulation {

    private static final Tally<Event> TALLY = new Tally<>(Event.class);

    @Seeds(2_000)
    void agreesOnOneLog(long seed) {
        SimulatedGroup.play(World.seeded(seed), TALLY, Set.of());
    }

    @Test
    void playsTheSameSeedTheSameWay() {
        for (var seed = 1L; seed <= 5; seed++) {
            var transcript = Transcript.reconciled(
                    seed, world -> SimulatedGroup.play(world, new Tally<>(Event.class), Set.of()));
            assertThat(transcript.lines()).hasSizeGreaterThan(100);
        }
    }

    /// A campaign that never saw a hand-over, say, would prove less than it seems to.
    @AfterAll
    static void haveSeenAllThatCanGoWrong() {
        System.out.println("Raft, simulated: " + TALLY);
        if (TALLY.worlds() >= 2_000) {
            assertThat(TALLY.never()).isEmpty();
        }
    }
}
