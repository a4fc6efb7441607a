package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static io.covenant.system.PlatformAssertions.assertRight;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Processes are killed and suspended from outside, in the middle of a load.
@WithPlatform
class FaultSystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @ParameterizedTest(name = "kill -9 {0}")
    @ValueSource(strings = {"coordinator-2", "inventory-1", "orders-2", "gateway", "postgres"})
    void survivesTheDeathOf(String victim, PlatformUnderTest platform) throws Exception {
        var load = platform.load(LoadPlan.of(250));
        awaitOrders(platform, 30);

        platform.node(victim).kill();
        awaitDeath(platform, victim);
        platform.start(victim, Map.of());

        assertRight(load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertInvariants(platform);
    }

    /// A process that sleeps and wakes believes that nothing has happened.
    @ParameterizedTest(name = "pause and resume {0}")
    @ValueSource(strings = {"coordinator-1", "inventory-2", "orders-1"})
    void survivesTheSleepOf(String victim, PlatformUnderTest platform) throws Exception {
        var load = platform.load(LoadPlan.of(400));
        awaitOrders(platform, 30);

        platform.node(victim).pause();
        TimeUnit.SECONDS.sleep(6); // longer than any lease and any deadline: what a zombie missed is over
        platform.node(victim).resume();

        assertRight(load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertInvariants(platform);
    }

    @Test
    void survivesTheDeathOfEveryServiceAtOnce(PlatformUnderTest platform) throws Exception {
        // Thirteen processes start anew meanwhile.
        var load = platform.load(LoadPlan.of(250).withPatience(Duration.ofMinutes(3)));
        awaitOrders(platform, 30);

        for (String name : platform.platform().names()) {
            platform.node(name).kill();
        }
        for (String name : platform.platform().names()) {
            awaitDeath(platform, name);
        }
        platform.bringUp();

        assertRight(load.get(3 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertInvariants(platform);
    }

    private static void awaitDeath(PlatformUnderTest platform, String name) {
        await("death of " + name)
                .atMost(PATIENCE)
                .until(() -> platform.node(name).process().isEmpty());
    }

    /// Waits until the load is well under way.
    private static void awaitOrders(PlatformUnderTest platform, int more) {
        var file = platform.platform().home().acknowledgedOrders();
        int before = AcknowledgedOrders.in(file).size();
        await("orders under way")
                .atMost(PATIENCE)
                .until(() -> AcknowledgedOrders.in(file).size() >= before + more);
    }
}
