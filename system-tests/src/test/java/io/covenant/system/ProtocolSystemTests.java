package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static io.covenant.system.PlatformAssertions.assertRight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.OrderRequest;
import io.covenant.launcher.client.Placed;
import io.covenant.launcher.demo.Seeding;
import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.transactions.initiator.CommitProtocol;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Every protocol places an order, refuses one, and brings a load to its end when a coordinator dies meanwhile.
@WithPlatform
@ParameterizedClass(name = "{0}")
@EnumSource
class ProtocolSystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final CommitProtocol protocol;
    private final PlatformUnderTest platform;
    private final Gateway gateway;
    private final String rich = "c-" + UUID.randomUUID();
    private final String poor = "c-" + UUID.randomUUID();
    private final String sku = "s-" + UUID.randomUUID();

    ProtocolSystemTests(CommitProtocol protocol, PlatformUnderTest platform) {
        this.protocol = protocol;
        this.platform = platform;
        this.gateway = platform.gateway();
    }

    @BeforeEach
    void putIn() throws InterruptedException {
        var seeding = new Seeding(gateway);
        customer(seeding, rich, "1000.00");
        customer(seeding, poor, "20.00");
        seeding.put(
                "/api/v1/stock/" + sku,
                JsonNodeFactory.instance.objectNode().put("name", "Anvil").put("price", new BigDecimal("12.50")));
        seeding.receive(sku, 10, "goods-" + sku);
    }

    private static void customer(Seeding seeding, String id, String limit) throws InterruptedException {
        seeding.put(
                "/api/v1/customers/" + id,
                JsonNodeFactory.instance.objectNode().put("name", "Ada").put("creditLimit", new BigDecimal(limit)));
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void confirmsAnOrderAndShowsItsTimeline() throws Exception {
        var order = ((Placed.Confirmed) place(rich, 3)).order();

        assertThat(order.path("state").asString("")).isEqualTo("CONFIRMED");
        var transaction = finished(order.path("transaction").asString(""));
        assertThat(transaction.path("protocol").asString("")).isEqualTo(protocol.name());
        assertThat(transaction.path("state").asString("")).isEqualTo("COMMITTED");
        assertThat(events(transaction)).startsWith("begun").endsWith("finished").hasSizeGreaterThan(5);
        assertThat(onHand()).isEqualTo(7);
        assertInvariants(platform);
    }

    @Test
    void refusesWhatIsOutOfStock() throws Exception {
        var refused = (Placed.Refused) place(rich, 11);

        assertThat(refused.code()).isEqualTo("out-of-stock");
        var transaction = finished(refused.transaction().orElseThrow());
        assertThat(transaction.path("state").asString("")).isEqualTo("ABORTED");
        assertThat(transaction.path("refusal").path("code").asString("")).isEqualTo("out-of-stock");
        assertThat(onHand()).isEqualTo(10);
        assertInvariants(platform);
    }

    @Test
    void takesBackWhatWasDoneForARefusedOrder() throws Exception {
        // Whoever comes second refuses: inventory, or orders in a saga.
        var refused = (Placed.Refused) (protocol == CommitProtocol.SAGA ? place(poor, 3) : place(rich, 11));

        var transaction = finished(refused.transaction().orElseThrow());
        assertThat(events(transaction)).containsAnyOf("told", "undone");
        assertThat(transaction.path("state").asString("")).isEqualTo("ABORTED");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(onHand()).isEqualTo(10));
        assertInvariants(platform);
    }

    @Test
    void survivesTheDeathOfACoordinatorUnderLoad() throws Exception {
        var load = platform.load(LoadPlan.of(200).under(List.of(protocol.text())));
        awaitOrders(30);

        platform.node("coordinator-1").kill();
        await().atMost(PATIENCE)
                .until(() -> platform.node("coordinator-1").process().isEmpty());
        // What the first load has left may be over by now.
        var without = platform.load(LoadPlan.of(20).under(List.of(protocol.text())));
        assertRight(without.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        platform.start("coordinator-1", Map.of());

        assertRight(load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertInvariants(platform);
    }

    private Placed place(String customer, int quantity) throws InterruptedException {
        var request = new OrderRequest(customer, List.of(new OrderRequest.Line(sku, quantity)));
        return Placed.of(
                request.placing(UUID.randomUUID().toString(), protocol.text()).resolve(gateway, PATIENCE));
    }

    /// What the transaction has become once everybody has confirmed it.
    private JsonNode finished(String transaction) {
        return await().atMost(PATIENCE)
                .until(
                        () -> gateway.get("/api/v1/transactions/" + transaction).body(),
                        body -> body.hasNonNull("finishedAt"));
    }

    private static List<String> events(JsonNode transaction) {
        return StreamSupport.stream(transaction.path("timeline").spliterator(), false)
                .map(event -> event.path("event").asString(""))
                .toList();
    }

    private long onHand() throws IOException, InterruptedException {
        return gateway.get("/api/v1/stock/" + sku).body().path("onHand").asLong(-1);
    }

    private void awaitOrders(int more) {
        var file = platform.platform().home().acknowledgedOrders();
        int before = AcknowledgedOrders.in(file).size();
        await("orders under way")
                .atMost(PATIENCE)
                .until(() -> AcknowledgedOrders.in(file).size() >= before + more);
    }
}
