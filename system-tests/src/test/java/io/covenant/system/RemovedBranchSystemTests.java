package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Coordinators;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.OrderRequest;
import io.covenant.launcher.client.Placed;
import io.covenant.launcher.demo.Seeding;
import io.covenant.launcher.platform.Persona;
import io.covenant.transactions.initiator.CommitProtocol;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Somebody removes a prepared transaction by hand after its transaction has been decided. Nothing can make that
/// undone; but it is found out at once, shown to whoever may help, and over when he has.
@WithPlatform
class RemovedBranchSystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /// From the removal to the finding of it.
    private static final Duration FOUND_WITHIN = Duration.ofSeconds(10);

    private static final String DRIVER = "coordinator-1";

    private record Removed(String gid, Instant at) {}

    private final PlatformUnderTest platform;
    private final Gateway gateway;
    private final Wire wire;
    private final Coordinators coordinators;
    private final String customer = "c-" + UUID.randomUUID();
    private final String sku = "s-" + UUID.randomUUID();
    private final AtomicReference<Removed> removed = new AtomicReference<>();

    RemovedBranchSystemTests(PlatformUnderTest platform) {
        this.platform = platform;
        this.gateway = platform.gateway();
        this.wire = Wire.to(platform.addresses("inventory-1", "inventory-2"));
        this.coordinators = new Coordinators(
                platform.platform().coordinators(),
                Duration.ofSeconds(5),
                platform.platform().token(Persona.OPERATOR));
    }

    @BeforeEach
    void putIn() throws InterruptedException {
        var seeding = new Seeding(gateway);
        seeding.put(
                "/api/v1/customers/" + customer,
                JsonNodeFactory.instance.objectNode().put("name", "Ada").put("creditLimit", new BigDecimal("1000")));
        seeding.put(
                "/api/v1/stock/" + sku,
                JsonNodeFactory.instance.objectNode().put("name", "Anvil").put("price", new BigDecimal("12.50")));
        seeding.receive(sku, 50, "goods-" + sku);
        platform.node(DRIVER).kill();
        platform.start(
                DRIVER, Map.of("COVENANT_SERVICES_INVENTORY", wire.address().toString()));
    }

    @AfterEach
    void takeOffTheWire() {
        platform.node(DRIVER).kill();
        platform.start(DRIVER, Map.of());
        wire.close();
        coordinators.close();
        gateway.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"TWO_PHASE", "THREE_PHASE", "PAXOS_COMMIT"})
    void isAHazardUntilAPersonHasPutItRight(CommitProtocol protocol) throws Exception {
        wire.watch((path, body) -> {
            if (path.endsWith("/commit") && removed.get() == null) {
                remove(Gateway.JSON.readTree(body).path("gids").path(0).asString());
            }
            return Wire.Fate.ARRIVES;
        });

        var order = orderUntilRemoved(protocol);

        var transaction = hazard(protocol, order.path("transaction").asString(""));
        var found = Instant.parse(eventOf(transaction, "hazard").path("at").asString());
        var within = Duration.between(removed.get().at(), found);
        System.out.printf(
                "%s: a branch that was removed was found to be missing after %d ms%n",
                protocol.text(), within.toMillis());
        assertThat(within).as("from the removal to the finding").isLessThan(FOUND_WITHIN);
        assertThat(transaction.path("outcome").asString()).isEqualTo("COMMITTED");
        assertThat(order.path("state").asString()).isEqualTo("CONFIRMED");

        takeFromTheShelves(order);
        settle(protocol, transaction.path("id").asString());
        putDownTheEvidence(order);

        assertThat(isShown(protocol, transaction.path("id").asString())).isFalse();
        assertInvariants(platform);
    }

    /// One at a time, until one of them was driven by the coordinator whose wire is watched.
    private JsonNode orderUntilRemoved(CommitProtocol protocol) throws InterruptedException {
        var request = new OrderRequest(customer, List.of(new OrderRequest.Line(sku, 1)));
        for (int order = 0; order < 40; order++) {
            var placed = Placed.of(request.placing(UUID.randomUUID().toString(), protocol.text())
                    .resolve(gateway, PATIENCE));
            if (removed.get() != null) {
                return ((Placed.Confirmed) placed).order();
            }
        }
        throw new AssertionError(DRIVER + " drove none of the orders");
    }

    private void remove(String gid) throws SQLException {
        try (var connection = platform.platform().database("inventory").getConnection();
                var statement = connection.createStatement()) {
            statement.execute("rollback prepared '%s'".formatted(gid));
        }
        removed.set(new Removed(gid, Instant.now()));
    }

    private JsonNode hazard(CommitProtocol protocol, String transaction) throws InterruptedException {
        await("the hazard, to be seen").atMost(PATIENCE).until(() -> isShown(protocol, transaction));
        return coordinators.transaction(transaction).orElseThrow();
    }

    /// In the operators' list; under Paxos Commit, whose list is what the coordinators remember, by its id.
    private boolean isShown(CommitProtocol protocol, String transaction) throws InterruptedException {
        var seen = protocol == CommitProtocol.PAXOS_COMMIT
                ? coordinators.transaction(transaction).stream().toList()
                : coordinators.inDoubt().transactions();
        return seen.stream()
                .anyMatch(doubt -> doubt.path("id").asString().equals(transaction)
                        && doubt.path("state").asString().equals("HAZARD"));
    }

    private static JsonNode eventOf(JsonNode transaction, String name) {
        for (var event : transaction.path("timeline")) {
            if (event.path("event").asString().equals(name)) {
                return event;
            }
        }
        throw new AssertionError("no " + name + " in " + transaction);
    }

    /// What the branch would have done.
    private void takeFromTheShelves(JsonNode order) throws SQLException {
        try (var connection = platform.platform().database("inventory").getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("update stock_item set on_hand = on_hand - 1 where sku = '%s'".formatted(sku));
            statement.execute("""
                insert into stock_movement (id, sku, quantity, reason, order_id, transaction_id, at)
                values (gen_random_uuid(), '%s', -1, 'ORDER', '%s', '%s', now())
                """.formatted(
                    sku, order.path("id").asString(), order.path("transaction").asString()));
            connection.commit();
        }
    }

    /// No coordinator asks for it any more; who compares the databases does.
    private void putDownTheEvidence(JsonNode order) throws SQLException {
        try (var connection = platform.platform().database("inventory").getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    """
                    insert into branch_barrier (gid, kind, transaction_id, operation)
                    values ('%s', 'WORK', '%s', 'reserve')
                    """.formatted(removed.get().gid(), order.path("transaction").asString()));
        }
    }

    private void settle(CommitProtocol protocol, String transaction) throws Exception {
        var word = JsonNodeFactory.instance
                .objectNode()
                .put("outcome", "COMMITTED")
                .put("reason", "stock corrected by hand");
        try (var operator = new Gateway(
                platform.addresses(DRIVER).getFirst(),
                PATIENCE,
                platform.platform().token(Persona.OPERATOR))) {
            var answer = operator.post(
                    "/admin/transactions/" + transaction + "/branches/inventory/resolve",
                    word,
                    UUID.randomUUID().toString());
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        }
        await("its end").atMost(PATIENCE).until(() -> !isShown(protocol, transaction));
    }
}
