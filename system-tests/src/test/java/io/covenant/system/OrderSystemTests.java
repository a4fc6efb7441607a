package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Answer;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.OrderRequest;
import io.covenant.launcher.client.Write;
import io.covenant.launcher.demo.Seeding;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What a client of the gateway sees.
@WithPlatform
class OrderSystemTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final PlatformUnderTest platform;
    private final Gateway gateway;
    private final String customer = "c-" + UUID.randomUUID();
    private final String sku = "s-" + UUID.randomUUID();

    OrderSystemTests(PlatformUnderTest platform) {
        this.platform = platform;
        this.gateway = platform.gateway();
    }

    @BeforeEach
    void putIn() throws InterruptedException {
        var seeding = new Seeding(gateway);
        seeding.put(
                "/api/v1/customers/" + customer,
                JsonNodeFactory.instance.objectNode().put("name", "Ada").put("creditLimit", new BigDecimal("1000.00")));
        seeding.put(
                "/api/v1/stock/" + sku,
                JsonNodeFactory.instance.objectNode().put("name", "Anvil").put("price", new BigDecimal("12.50")));
        seeding.receive(sku, 10, "goods-" + sku);
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void takesStockAndCreatesTheOrderTogether() throws Exception {
        Answer placed = place(3, key());

        assertThat(placed.status()).isEqualTo(201);
        assertThat(placed.body().path("state").asString("")).isEqualTo("CONFIRMED");
        assertThat(placed.body().path("total").decimalValue()).isEqualByComparingTo("37.50");
        assertThat(gateway.get(placed.location().orElseThrow().toString())
                        .body()
                        .path("state")
                        .asString(""))
                .isEqualTo("CONFIRMED");
        assertThat(onHand()).isEqualTo(7);
        assertInvariants(platform);
    }

    @Test
    void showsTheTransactionWithItsTimeline() throws Exception {
        Answer placed = place(1, key());

        String path =
                "/api/v1/transactions/" + placed.body().path("transaction").asString("");
        // The other coordinator, if it is asked, knows of the end when its record is written, a moment later.
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(gateway.get(path).body().path("state").asString(""))
                                .isEqualTo("COMMITTED"));
        JsonNode transaction = gateway.get(path).body();

        assertThat(StreamSupport.stream(transaction.path("branches").spliterator(), false)
                        .map(branch -> branch.path("service").asString("")))
                .containsExactlyInAnyOrder("orders", "inventory");
        assertThat(transaction.path("timeline").size()).isGreaterThan(5);
    }

    @Test
    void givesTheStockBackWhenTheOrderIsCancelled() throws Exception {
        Answer placed = place(4, key());
        String path = "/api/v1/orders/" + placed.body().path("id").asString("") + "/cancel";

        Answer cancelled = gateway.post(path, null, key());
        Answer again = gateway.post(path, null, key());

        assertThat(cancelled.body().path("state").asString("")).isEqualTo("CANCELLED");
        assertThat(again.status()).isEqualTo(200);
        assertThat(onHand()).isEqualTo(10);
        assertInvariants(platform);
    }

    @Test
    void answersTheSameKeyWithTheSameOrder() throws Exception {
        String key = key();

        Answer first = place(2, key);
        Answer second = place(2, key);

        assertThat(second.body().path("id")).isEqualTo(first.body().path("id"));
        assertThat(onHand()).isEqualTo(8);
    }

    @Test
    void refusesTheSameKeyWithAnotherOrder() throws Exception {
        String key = key();
        place(2, key);

        Answer other = place(3, key);

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("idempotency-key-reused");
        assertThat(onHand()).isEqualTo(8);
    }

    @Test
    void refusesAnOrderThatIsShortByOne() throws Exception {
        Answer refused = place(11, key());

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("out-of-stock");
        assertThat(onHand()).isEqualTo(10);
        assertInvariants(platform);
    }

    @Test
    void refusesAnOrderOverTheCreditLimit() throws Exception {
        new Seeding(gateway)
                .put(
                        "/api/v1/customers/" + customer,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("name", "Ada")
                                .put("creditLimit", new BigDecimal("20.00")));

        Answer refused = place(2, key());

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("credit-limit-exceeded");
        assertThat(onHand()).isEqualTo(10);
    }

    @Test
    void refusesATransactionOfAnUnknownServiceOrOperation() throws Exception {
        Answer service = gateway.post("/api/v1/transactions", transaction("nobody", "reserve", 3000), key());
        Answer operation = gateway.post("/api/v1/transactions", transaction("inventory", "juggle", 3000), key());
        Answer deadline = gateway.post("/api/v1/transactions", transaction("inventory", "reserve", -1), key());

        assertThat(List.of(service, operation, deadline)).allSatisfy(answer -> {
            assertThat(answer.status()).isBetween(400, 499);
            assertThat(answer.body().path("detail").asString("")).isNotEmpty();
        });
    }

    @Test
    void usesAnotherCoordinatorWhenOneIsDown() throws Exception {
        platform.node("coordinator-1").kill();

        for (int order = 0; order < 4; order++) {
            assertThat(place(1, key()).status()).isEqualTo(201);
        }
    }

    @Test
    void answers503AndDoesNothingWhenNoCoordinatorIsThere() throws Exception {
        platform.node("coordinator-1").kill();
        platform.node("coordinator-2").kill();
        platform.node("coordinator-3").kill();
        String key = key();

        Answer refused = place(1, key);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.retryAfter()).isPresent();
        assertThat(onHand()).isEqualTo(10);

        platform.bringUp();
        assertThat(eventually(1, key).body().path("state").asString("")).isEqualTo("CONFIRMED");
        assertInvariants(platform);
    }

    @Test
    void answers503WhilePostgresIsDownAndRecoversWithoutARestart() throws Exception {
        platform.node("postgres").kill();
        await().atMost(PATIENCE).until(() -> platform.node("postgres").process().isEmpty());

        Answer read = gateway.get("/api/v1/stock/" + sku);
        Answer write = place(1, key());

        assertThat(read.status()).isEqualTo(503);
        assertThat(write.status()).isEqualTo(503);

        platform.start("postgres", Map.of());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(place(1, key()).status()).isEqualTo(201));
        assertInvariants(platform);
    }

    private Answer place(int quantity, String key) throws IOException, InterruptedException {
        Write write = placing(quantity, key);
        return gateway.post(write.path(), write.body(), key);
    }

    private Answer eventually(int quantity, String key) throws InterruptedException {
        return placing(quantity, key).resolve(gateway, PATIENCE).answer().orElseThrow();
    }

    private Write placing(int quantity, String key) {
        return new OrderRequest(customer, List.of(new OrderRequest.Line(sku, quantity))).placing(key);
    }

    private long onHand() throws IOException, InterruptedException {
        return gateway.get("/api/v1/stock/" + sku).body().path("onHand").asLong(-1);
    }

    private static JsonNode transaction(String service, String operation, long deadlineMillis) {
        var transaction =
                JsonNodeFactory.instance.objectNode().put("name", "test").put("deadlineMillis", deadlineMillis);
        transaction
                .putArray("branches")
                .addObject()
                .put("service", service)
                .put("operation", operation)
                .putObject("payload");
        return transaction;
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
