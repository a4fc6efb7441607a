package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import io.covenant.simulation.Tally;
import io.covenant.simulation.Transcript;
import io.covenant.simulation.World;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PaxosCommitSimulation {

    private static final Tally<Event> TALLY = new Tally<>(Event.class);
    private static final Tally<Event> SABOTAGED = new Tally<>(Event.class);

    @Seeds(2_000)
    void neverSplitsADecision(long seed) {
        SimulatedPlatform.play(World.seeded(seed), TALLY, Set.of(), false);
    }

    @Seeds(300)
    void reportsWhatAnOperatorRolledBackByHand(long seed) {
        SimulatedPlatform.play(World.seeded(seed), SABOTAGED, Set.of(), true);
    }

    @Test
    void playsTheSameSeedTheSameWay() {
        for (var seed = 1L; seed <= 5; seed++) {
            var transcript = Transcript.reconciled(
                    seed, world -> SimulatedPlatform.play(world, new Tally<>(Event.class), Set.of(), false));
            assertThat(transcript.lines()).hasSizeGreaterThan(100);
        }
    }

    /// A campaign that never saw a take-over, say, would prove less than it seems to.
    @AfterAll
    static void haveSeenAllThatCanGoWrong() {
        System.out.println("Paxos Commit, simulated: " + TALLY);
        System.out.println("sabotaged: " + SABOTAGED);
        if (TALLY.worlds() >= 2_000) {
            assertThat(TALLY.never()).containsExactly(Event.HAZARD);
        }
        if (SABOTAGED.worlds() >= 300) {
            assertThat(SABOTAGED.never()).doesNotContain(Event.HAZARD);
        }
    }
}
