package io.covenant.locks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import io.covenant.simulation.Tally;
import io.covenant.simulation.Transcript;
import io.covenant.simulation.World;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LockClusterSimulation {

    private static final Tally<Seen> TALLY = new Tally<>(Seen.class);

    @Seeds(2_000)
    void keepsItsPromises(long seed) {
        SimulatedCluster.play(World.seeded(seed), TALLY);
    }

    @Test
    void playsTheSameSeedTheSameWay() {
        for (var seed = 1L; seed <= 5; seed++) {
            var transcript =
                    Transcript.reconciled(seed, world -> SimulatedCluster.play(world, new Tally<>(Seen.class)));
            assertThat(transcript.lines()).hasSizeGreaterThan(100);
        }
    }

    /// A campaign that never saw a snapshot installed, say, would prove less than it seems to.
    @AfterAll
    static void haveSeenAllThatCanGoWrong() {
        System.out.println("Lock cluster, simulated: " + TALLY);
        if (TALLY.worlds() >= 2_000) {
            assertThat(TALLY.never()).isEmpty();
        }
    }
}
