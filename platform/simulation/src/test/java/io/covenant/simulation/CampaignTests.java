package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StandardSeeds.class)
class CampaignTests {

    private final Set<Long> played = new ConcurrentSkipListSet<>();

    @Test
    void playsEachSeedOnce() {
        Campaign.of(1_000).run(seed -> assertThat(played.add(seed)).isTrue());

        assertThat(played).isEqualTo(seeds(1, 1_000));
    }

    @Test
    void saysWhichSeedFailedAndHowToSeeItAgain() {
        var thrown = new IllegalStateException("two decisions");

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Campaign.of(100).run(seed -> {
                    if (seed == 17) {
                        throw thrown;
                    }
                }))
                .withMessage("seed 17 failed; to see only this: -Dsimulation.seed=17%ntwo decisions".formatted())
                .withCause(thrown);
    }

    @Test
    void namesTheLowestOfSeveralThatFail() throws InterruptedException {
        var higherFailed = new CountDownLatch(1);

        var failure = new Campaign(1, 2).firstFailure(seed -> {
            if (seed == 1) {
                waitFor(higherFailed);
            } else {
                higherFailed.countDown();
            }
            throw new IllegalStateException("seed " + seed);
        });

        assertThat(failure).get().extracting(Campaign.Failure::seed).isEqualTo(1L);
    }

    @Test
    void playsNoSeedFarAboveAFailedOne() {
        Campaign.of(1_000_000_000).firstFailure(seed -> {
            played.add(seed);
            if (seed == 3) {
                throw new IllegalStateException();
            }
            // So that nobody gets far while the third stands still, whose thread may not have a processor.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        });

        assertThat(played).contains(1L, 2L, 3L).hasSizeLessThan(1_000_000);
    }

    @Test
    void playsTheOneSeedThatIsAskedFor() {
        System.setProperty("simulation.seed", "4711");

        assertThat(Campaign.configured(2_000)).isEqualTo(new Campaign(4711, 4711));
    }

    @Test
    void playsMoreSeedsInProportion() {
        System.setProperty("simulation.seeds", "100000");

        assertThat(Campaign.configured(Seeds.STANDARD)).isEqualTo(Campaign.of(100_000));
        assertThat(Campaign.configured(200)).isEqualTo(Campaign.of(10_000));
        System.setProperty("simulation.seeds", "1");
        assertThat(Campaign.configured(200)).isEqualTo(Campaign.of(1));
    }

    @Test
    void goesOnWhereAnotherCampaignEnded() {
        System.setProperty("simulation.seeds", "100000");
        System.setProperty("simulation.first", "100001");

        assertThat(Campaign.configured(Seeds.STANDARD)).isEqualTo(new Campaign(100_001, 200_000));
    }

    private static Set<Long> seeds(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().collect(Collectors.toSet());
    }

    /// Where there is only one processor nobody else can come, and the order is right anyway.
    private static void waitFor(CountDownLatch latch) {
        try {
            if (Runtime.getRuntime().availableProcessors() > 1) {
                assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
