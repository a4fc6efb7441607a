package io.covenant.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.locks.LockNode;
import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.node.Trees;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Locks and queues outlive the nodes that keep them.
@WithPlatform
class LockSystemTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final PlatformUnderTest platform;
    private final LockClient client;
    private final LockService service;
    private final String name = "orders/" + UUID.randomUUID();
    private long holder;
    private long waiter;
    private long token;

    LockSystemTests(PlatformUnderTest platform) {
        this.platform = platform;
        this.client = new LockClient(platform.platform());
        this.service = platform.platform().locks();
    }

    @BeforeEach
    void letOneHoldAndAnotherWait() {
        holder = client.open("holder");
        waiter = client.open("waiter");
        token = tokenOf(client.acquire(holder, 1, name));
        assertThat(client.acquire(waiter, 1, name).hasNonNull("ticket")).isTrue();
    }

    @AfterEach
    void close() {
        client.close();
        service.close();
    }

    @Test
    void keepsHolderAndQueueWhenThePrimaryIsKilled() {
        platform.node(primary()).kill();

        assertHeldAndWaitedFor();
        passesOn();
    }

    @Test
    void keepsHolderAndQueueWhenAllNodesAreKilledAtOnce() {
        for (String node : platform.platform().lockNodes()) {
            platform.node(node).kill();
        }
        platform.bringUp();

        assertHeldAndWaitedFor();
        passesOn();
    }

    /// A primary that sleeps and wakes believes that it leads still.
    @Test
    void isLedByAnotherWhileThePrimarySleeps() {
        String former = primary();

        platform.node(former).pause();
        assertHeldAndWaitedFor();
        passesOn();
        platform.node(former).resume();

        await("backup " + former)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(service.node(former))
                        .hasValueSatisfying(node -> assertThat(node.role()).isEqualTo("FOLLOWER")));
        assertThat(client.lock(name).path("holders").path(0).path("session").asLong())
                .isEqualTo(waiter);
    }

    /// Its votes are forgotten with it, so it comes back as somebody new.
    @Test
    void takesANodeInAgainThatLostItsDirectory() throws Exception {
        String lost = platform.platform().lockNodes().stream()
                .filter(node -> !isPrimary(node))
                .findFirst()
                .orElseThrow();
        platform.node(lost).kill();
        Trees.delete(platform.platform()
                .home()
                .state()
                .resolve("data/locks/covenant")
                .resolve(lost));

        platform.bringUp();

        await("backup " + lost)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(service.node(lost))
                        .hasValueSatisfying(node -> assertThat(node.role()).isEqualTo("FOLLOWER")));
        assertHeldAndWaitedFor();
        passesOn();
    }

    private boolean isPrimary(String node) {
        try {
            return service.node(node).filter(LockNode::isPrimary).isPresent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void assertHeldAndWaitedFor() {
        JsonNode lock = client.lock(name);
        assertThat(lock.path("holders").path(0).path("session").asLong()).isEqualTo(holder);
        assertThat(lock.path("holders").path(0).path("token").asLong()).isEqualTo(token);
        assertThat(lock.path("waiters").path(0).path("session").asLong()).isEqualTo(waiter);
    }

    /// The queue moves on, and the next token is higher.
    private void passesOn() {
        client.release(holder, 2, name, token);

        assertThat(tokenOf(client.acquire(waiter, 1, name))).isGreaterThan(token);
    }

    private static long tokenOf(JsonNode granted) {
        assertThat(granted.path("grants")).as("grants of %s", granted).isNotEmpty();
        return granted.path("grants").path(0).path("token").asLong();
    }

    /// The one that leads, once one does.
    private String primary() {
        return await("a lock node that leads")
                .atMost(PATIENCE)
                .until(
                        () -> platform.platform().lockNodes().stream()
                                .filter(this::isPrimary)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }
}
