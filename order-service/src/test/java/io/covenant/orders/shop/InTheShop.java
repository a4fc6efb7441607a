package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.transactions.initiator.CommitProtocol;
import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.json.StrictJson;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A test among the shop's services, which all classes of this kind share, and what clients of theirs do.
abstract class InTheShop {

    static final Shop shop = Shop.shared();

    private static final JsonMapper JSON = StrictJson.mapper();

    private static final AtomicInteger NAMES = new AtomicInteger();

    /// Whatever a test did: the same is true in both databases.
    @AfterEach
    void everyOrderHasItsStockAndOthersHaveNone() {
        shop.start();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(shop.orders.database.prepared()).isEmpty();
            assertThat(shop.inventory.database.prepared()).isEmpty();
            assertThat(taken()).isEqualTo(ordered());
        });
        assertThat(sql(shop.inventory.database.superuser()).queryForList("""
                select sku from stock_item left join stock_movement using (sku)
                 group by sku, on_hand having on_hand <> coalesce(sum(quantity), 0)
                """, String.class))
                .isEmpty();
    }

    /// What orders have taken and not given back.
    private static List<@Nullable String> taken() {
        return sql(shop.inventory.database.superuser()).queryForList("""
                select order_id || ' ' || sku || ' ' || -sum(quantity) as taken from stock_movement
                 where order_id is not null group by order_id, sku having sum(quantity) <> 0 order by 1
                """, String.class);
    }

    private static List<@Nullable String> ordered() {
        return sql(shop.orders.database.superuser()).queryForList("""
                select order_id || ' ' || sku || ' ' || quantity from order_line join orders on orders.id = order_id
                 where state = 'CONFIRMED' order by 1
                """, String.class);
    }

    static void awaitLockWait(DataSource database, String name) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> sql(database)
                                .queryForList(
                                        "select pid from pg_stat_activity where datname = ? and wait_event_type = 'Lock'",
                                        Integer.class,
                                        name)
                                .size()
                        > 0);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static JdbcTemplate sql(DataSource database) {
        return new JdbcTemplate(database);
    }

    static String customer(String creditLimit) {
        var id = "customer-" + NAMES.incrementAndGet();
        send(
                        shop.orders.http(),
                        "PUT",
                        "/api/v1/customers/" + id,
                        null,
                        Map.of("name", "Ada", "creditLimit", new BigDecimal(creditLimit)))
                .is(201);
        return id;
    }

    static String item(int onHand, String price) {
        var sku = "ITEM-" + NAMES.incrementAndGet();
        price(sku, price);
        receive(sku, onHand);
        return sku;
    }

    static void price(String sku, String price) {
        send(
                shop.inventory.http(),
                "PUT",
                "/api/v1/stock/" + sku,
                null,
                Map.of("name", "Item", "price", new BigDecimal(price)));
    }

    static void receive(String sku, int quantity) {
        send(shop.inventory.http(), "POST", "/api/v1/stock/" + sku + "/receipts", null, Map.of("quantity", quantity))
                .is(201);
    }

    static long onHand(String sku) {
        return send(shop.inventory.http(), "GET", "/api/v1/stock/" + sku, null, null)
                .is(200)
                .body()
                .path("onHand")
                .asLong();
    }

    static String openAmount(String customer) {
        return get("/api/v1/customers/" + customer)
                .is(200)
                .body()
                .path("openAmount")
                .decimalValue()
                .toPlainString();
    }

    static JsonNode transaction(String id) {
        return send(shop.coordinator.http(), "GET", "/api/v1/transactions/" + id, null, null)
                .is(200)
                .body();
    }

    static Map<String, Object> order(String customer, String sku, int quantity) {
        return Map.of("customer", customer, "lines", new Object[] {Map.of("sku", sku, "quantity", quantity)});
    }

    static Map<String, Object> order(
            String customer, String first, int firstQuantity, String second, int secondQuantity) {
        return Map.of("customer", customer, "lines", new Object[] {
            Map.of("sku", first, "quantity", firstQuantity), Map.of("sku", second, "quantity", secondQuantity)
        });
    }

    static Answer place(@Nullable String key, Map<String, Object> order) {
        return send(shop.orders.http(), "POST", "/api/v1/orders", key, order);
    }

    static Answer place(@Nullable String key, Map<String, Object> order, CommitProtocol protocol) {
        return send(under(protocol), "POST", "/api/v1/orders", key, order);
    }

    static Answer cancelUnder(CommitProtocol protocol, String id) {
        return send(under(protocol), "POST", "/api/v1/orders/" + id + "/cancel", null, null);
    }

    private static RestTestClient under(CommitProtocol protocol) {
        return withHeader(CommitProtocol.HEADER, protocol.text());
    }

    /// Who waits no longer than this.
    static RestTestClient inAHurry(long millis) {
        return withHeader(RequestDeadline.HEADER, Long.toString(millis));
    }

    private static RestTestClient withHeader(String name, String value) {
        return shop.orders.http().mutate().defaultHeader(name, value).build();
    }

    static Answer cancel(String id) {
        return cancel(id, null);
    }

    static Answer cancel(String id, @Nullable String key) {
        return send(shop.orders.http(), "POST", "/api/v1/orders/" + id + "/cancel", key, null);
    }

    static Answer get(String path) {
        return send(shop.orders.http(), "GET", path, null, null);
    }

    /// What a client got.
    record Answer(int status, String location, String retryAfter, JsonNode body) {

        Answer is(int expected) {
            assertThat(status).as("%s", body).isEqualTo(expected);
            return this;
        }

        String text(String field) {
            return body.path(field).asString("");
        }

        JsonNode withoutRequestId() {
            return ((ObjectNode) body.deepCopy()).without("requestId");
        }
    }

    static Answer send(RestTestClient http, String method, String path, @Nullable String key, @Nullable Object body) {
        var request = http.method(HttpMethod.valueOf(method)).uri(path);
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        var sent = body == null
                ? request
                : request.contentType(MediaType.APPLICATION_JSON).body(body);
        var result = sent.exchange().returnResult(String.class);
        var headers = result.getResponseHeaders();
        return new Answer(
                result.getStatus().value(),
                Objects.requireNonNullElse(headers.getFirst("Location"), ""),
                Objects.requireNonNullElse(headers.getFirst("Retry-After"), ""),
                JSON.readTree(Objects.requireNonNullElse(result.getResponseBody(), "null")));
    }
}
