package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static io.covenant.system.PlatformAssertions.assertRight;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.load.LoadPlan;
import io.covenant.transactions.CrashPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A node dies at a named place between two durable effects, in the middle of a load, and comes back.
@WithPlatform
class CrashPointSystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static Stream<Arguments> crashes() {
        return Stream.of(CrashPoint.values())
                .flatMap(point -> victims(point).stream().map(victim -> Arguments.of(point, victim)));
    }

    private static List<String> victims(CrashPoint point) {
        return switch (point) {
            case C0_BEFORE_BEGIN, C1_BEGIN_STORED, C6_VOTES_IN, C7_DECISION_FORCED, C8_ONE_BRANCH_TOLD, C10_ALL_ACKED ->
                List.of("coordinator-1");
            case C2_BRANCH_EXECUTED, C3_BARRIER_INSERTED, C4_BEFORE_PREPARE, C5_PREPARED, C9_COMMITTED_BEFORE_ACK ->
                List.of("orders-1", "inventory-2");
            case C11_TAKEN_OVER, C12_ACCEPTED, C13_INQUIRY_DECIDED -> List.of(); // the crash matrix gets there
        };
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("crashes")
    void losesNothingAndLeavesNothingHalfDone(CrashPoint point, String victim, PlatformUnderTest platform)
            throws Exception {
        platform.node(victim).kill();
        platform.start(victim, Map.of("COVENANT_CRASH_POINT", point + ":7"));

        var loads = new ArrayList<>(List.of(platform.load(LoadPlan.of(80))));
        await("death of " + victim + " at " + point).atMost(PATIENCE).until(() -> {
            boolean dead = platform.node(victim).process().isEmpty();
            if (!dead && loads.getLast().isDone()) {
                loads.add(platform.load(LoadPlan.of(80))); // most of it went to the other instance
            }
            return dead;
        });
        platform.start(victim, Map.of());

        for (var load : loads) {
            assertRight(load.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        assertInvariants(platform);
    }
}
