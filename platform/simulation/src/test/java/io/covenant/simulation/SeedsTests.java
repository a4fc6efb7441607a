package io.covenant.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

@ExtendWith(StandardSeeds.class)
class SeedsTests {

    private static final Set<Long> PLAYED = new ConcurrentSkipListSet<>();

    /// Run only by the tests around it, as they know what to expect.
    static class Stories {

        @Seeds(10)
        void goesWell(long seed) {
            PLAYED.add(seed);
        }

        @Seeds(10)
        void failsFromTheThirdSeedOn(long seed) {
            assertThat(seed).isLessThan(3);
        }

        @Seeds(10)
        void throwsAnException(long seed) throws IOException {
            throw new IOException("no world for " + seed);
        }
    }

    @BeforeEach
    void forget() {
        PLAYED.clear();
    }

    @Test
    void playsAllSeedsAsOneTest() {
        var summary = run("goesWell");

        assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
        assertThat(PLAYED).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    @Test
    void saysWhichSeedFailed() {
        assertThat(run("failsFromTheThirdSeedOn").getFailures())
                .singleElement()
                .extracting(failure -> failure.getException().getMessage())
                .asString()
                .startsWith("seed 3 failed; to see only this: -Dsimulation.seed=3")
                .contains("Expecting actual");
    }

    @Test
    void saysSoOfCheckedExceptionsAsWell() {
        assertThat(run("throwsAnException").getFailures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.getException())
                        .hasMessageContaining("seed 1 failed")
                        .hasRootCauseMessage("no world for 1"));
    }

    @Test
    void countsEachStoryOnce() {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(Stories.class))
                                .build(),
                        listener);

        assertThat(listener.getSummary().getTestsFoundCount()).isEqualTo(3);
    }

    private static TestExecutionSummary run(String story) {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectMethod(Stories.class, story, "long"))
                                .build(),
                        listener);
        return listener.getSummary();
    }
}
