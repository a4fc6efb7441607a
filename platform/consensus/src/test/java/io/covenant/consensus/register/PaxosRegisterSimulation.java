package io.covenant.consensus.register;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import io.covenant.simulation.Transcript;
import io.covenant.simulation.World;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PaxosRegisterSimulation {

    private static final Map<SimulatedRegisters.Event, LongAdder> TALLY = SimulatedRegisters.tally();
    private static final LongAdder WORLDS = new LongAdder();

    @Seeds(2_000)
    void neverChoosesTwoValues(long seed) {
        SimulatedRegisters.play(World.seeded(seed), TALLY, Optional.empty());
        WORLDS.increment();
    }

    @Test
    void playsTheSameSeedTheSameWay() {
        for (var seed = 1L; seed <= 5; seed++) {
            var transcript = Transcript.reconciled(
                    seed, world -> SimulatedRegisters.play(world, SimulatedRegisters.tally(), Optional.empty()));
            assertThat(transcript.lines()).hasSizeGreaterThan(20);
        }
    }

    /// A campaign that never saw a proposer outbid, say, would prove less than it seems to.
    @AfterAll
    static void haveSeenAllThatCanGoWrong() {
        System.out.println("paxos register, simulated: %,d seeds, %s".formatted(WORLDS.sum(), TALLY));
        if (WORLDS.sum() >= 2_000) {
            assertThat(TALLY)
                    .allSatisfy((event, count) ->
                            assertThat(count.sum()).as(event.name()).isPositive());
        }
    }
}
