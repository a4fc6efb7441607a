package io.covenant.transactions.tcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import io.covenant.simulation.Tally;
import io.covenant.simulation.Transcript;
import io.covenant.simulation.World;
import io.covenant.transactions.local.Mishap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TccSimulation {

    private static final List<Event> HAZARDS =
            List.of(Event.HAZARD_NEVER_TRIED, Event.HAZARD_CANCELLED, Event.HAZARD_RESERVATION_GONE);

    private static final Tally<Event> TALLY = new Tally<>(Event.class);
    private static final Tally<Mishap> MISHAPS = new Tally<>(Mishap.class);
    private static final Tally<Event> SABOTAGED = new Tally<>(Event.class);

    @Seeds(2_000)
    void neverConfirmsOneBranchAndCancelsAnother(long seed) {
        SimulatedPlatform.play(World.seeded(seed), TALLY, MISHAPS, Set.of(), false);
    }

    @Seeds(400)
    void reportsWhatWasTakenFromAReservationByHand(long seed) {
        SimulatedPlatform.play(World.seeded(seed), SABOTAGED, new Tally<>(Mishap.class), Set.of(), true);
    }

    @Test
    void playsTheSameSeedTheSameWay() {
        for (var seed = 1L; seed <= 3; seed++) {
            var transcript = Transcript.reconciled(
                    seed,
                    world -> SimulatedPlatform.play(
                            world, new Tally<>(Event.class), new Tally<>(Mishap.class), Set.of(), false));
            assertThat(transcript.lines()).hasSizeGreaterThan(100);
        }
    }

    /// A campaign that never saw a take-over, say, would prove less than it seems to.
    @AfterAll
    static void haveSeenAllThatCanGoWrong() {
        System.out.println("TCC, simulated: " + TALLY);
        System.out.println("with: " + MISHAPS);
        System.out.println("sabotaged: " + SABOTAGED);
        if (TALLY.worlds() >= 2_000) {
            assertThat(TALLY.never()).containsExactlyInAnyOrderElementsOf(HAZARDS);
            assertThat(MISHAPS.never()).isEmpty();
        }
        if (SABOTAGED.worlds() >= 400) {
            assertThat(SABOTAGED.never()).doesNotContainAnyElementsOf(HAZARDS);
        }
    }
}
