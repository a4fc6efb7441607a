package io.covenant.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.locks.Registered;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Services are known to the lock service by name, and elect who does a job of which there is one.
@WithPlatform
class RegistrySystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final PlatformUnderTest platform;
    private final LockService service;

    RegistrySystemTests(PlatformUnderTest platform) {
        this.platform = platform;
        this.service = platform.platform().locks();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void knowsEveryInstanceByItsAddress() throws InterruptedException {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(service.registered(PATIENCE))
                        .extracting(Registered::instance)
                        .containsExactlyInAnyOrder(
                                "coordinator-1",
                                "coordinator-2",
                                "coordinator-3",
                                "inventory-1",
                                "inventory-2",
                                "orders-1",
                                "orders-2",
                                "gateway"));
        assertThat(registered("orders-2"))
                .isEqualTo("http://127.0.0.1:" + platform.node("orders-2").port());
    }

    @Test
    void forgetsAnInstanceThatIsGoneAndLearnsThatItIsBack() {
        await().atMost(PATIENCE).until(() -> !registered("orders-2").isEmpty());

        platform.node("orders-2").kill();
        await("end of the session of orders-2")
                .atMost(PATIENCE)
                .until(() -> registered("orders-2").isEmpty());

        platform.bringUp();
        await().atMost(PATIENCE).until(() -> !registered("orders-2").isEmpty());
    }

    @Test
    void electsAnotherForAJobWhenItsLeaderIsKilled() throws InterruptedException {
        String former = await().atMost(PATIENCE).until(() -> leader("jobs/orders/forget"), name -> !name.isEmpty());
        assertThat(List.of("orders-1", "orders-2")).contains(former);

        platform.node(former).kill();

        String next = former.equals("orders-1") ? "orders-2" : "orders-1";
        await("leadership of " + next)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(leader("jobs/orders/forget")).isEqualTo(next));
    }

    private String registered(String instance) throws InterruptedException {
        return service.registered(PATIENCE).stream()
                .filter(one -> one.instance().equals(instance))
                .map(Registered::address)
                .findFirst()
                .orElse("");
    }

    private String leader(String job) throws InterruptedException {
        return service.list(job, PATIENCE).names().stream()
                .map(lock -> lock.path("holders").path(0))
                .map((JsonNode holder) -> holder.path("sessionName").asString(""))
                .findFirst()
                .orElse("");
    }
}
