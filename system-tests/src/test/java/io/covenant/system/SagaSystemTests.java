package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static io.covenant.system.PlatformAssertions.assertRight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.transactions.CrashPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Orders are placed and cancelled as sagas while their owners die and sleep.
@WithPlatform
class SagaSystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> SAGAS = List.of("saga");

    @ParameterizedTest
    @EnumSource(names = {"C1_BEGIN_STORED", "C6_VOTES_IN", "C7_DECISION_FORCED", "C10_ALL_ACKED"})
    void goesOnWhereTheOwnerDied(CrashPoint point, PlatformUnderTest platform) throws Exception {
        platform.node("coordinator-1").kill();
        platform.start("coordinator-1", Map.of("COVENANT_CRASH_POINT", point + ":7"));

        var loads = new ArrayList<>(List.of(platform.load(LoadPlan.of(60).under(SAGAS))));
        await("death of coordinator-1 at " + point).atMost(PATIENCE).until(() -> {
            boolean dead = platform.node("coordinator-1").process().isEmpty();
            if (!dead && loads.getLast().isDone()) {
                loads.add(platform.load(LoadPlan.of(60).under(SAGAS))); // most of it went to the others
            }
            return dead;
        });

        // It stays away: another takes over, or nothing would end.
        for (var load : loads) {
            assertRight(load.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        assertEverySagaEnds(platform);
        platform.start("coordinator-1", Map.of());
        assertInvariants(platform);
    }

    /// It wakes in the middle of sagas that have another owner by then.
    @Test
    void dropsOutWhenItHasSleptTooLong(PlatformUnderTest platform) throws Exception {
        var load = platform.load(LoadPlan.of(300).under(SAGAS));
        awaitOrders(platform, 20);

        platform.node("coordinator-1").pause();
        TimeUnit.SECONDS.sleep(6); // longer than its lease
        platform.node("coordinator-1").resume();

        assertRight(load.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEverySagaEnds(platform);
        assertInvariants(platform);
    }

    /// Every saga is done or compensated, and each did what its timeline may tell, in an order that its steps allow.
    private static void assertEverySagaEnds(PlatformUnderTest platform) {
        try (var gateway = platform.gateway()) {
            await("the end of every saga").atMost(PATIENCE).untilAsserted(() -> {
                for (var state : List.of("EXECUTING", "DECIDING", "COMPENSATING", "STUCK")) {
                    assertThat(gateway.get("/api/v1/transactions?limit=100&state=" + state)
                                    .body()
                                    .path("items"))
                            .as(state)
                            .isEmpty();
                }
            });
            for (var state : List.of("COMMITTED", "ABORTED")) {
                for (var transaction : gateway.get("/api/v1/transactions?limit=100&state=" + state)
                        .body()
                        .path("items")) {
                    if (transaction.path("protocol").asString("").equals("SAGA")) {
                        assertHalves(transaction);
                    }
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertHalves(JsonNode saga) {
        var states = saga.path("branches").findValuesAsString("state");
        if (saga.path("outcome").asString("").equals("COMMITTED")) {
            assertThat(states).as("%s", saga).containsOnly("DONE");
        } else {
            assertThat(states).as("%s", saga).isSubsetOf("UNDONE", "PLANNED");
        }
    }

    private static void awaitOrders(PlatformUnderTest platform, int more) {
        var file = platform.platform().home().acknowledgedOrders();
        int before = AcknowledgedOrders.in(file).size();
        await("orders under way")
                .atMost(PATIENCE)
                .until(() -> AcknowledgedOrders.in(file).size() >= before + more);
    }
}
