package io.covenant.inventory.stock.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.inventory.RunningInventory;
import io.covenant.inventory.stock.Reservation;
import io.covenant.inventory.stock.ReservationAnswer;
import io.covenant.inventory.stock.Stock;
import io.covenant.locks.client.LockClient;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient.BodyContentSpec;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

class CountApiTests extends RunningInventory {

    @Autowired
    private JdbcTemplate database;

    @Autowired
    private Stock stock;

    /// Whatever was counted: on hand is the sum of the movements, and a count's correction is one of them.
    @AfterEach
    void theBooksAgree() {
        LOCKS.start();
        assertThat(database.queryForList("""
                        select sku from stock_item left join stock_movement using (sku)
                         group by sku, on_hand having on_hand <> coalesce(sum(quantity), 0)
                        """, String.class)).isEmpty();
        assertThat(database.queryForList("""
                        select stock_count.id from stock_count left join stock_movement movement using (id)
                         where coalesce(movement.quantity, 0) <> counted - expected
                        """, UUID.class)).isEmpty();
    }

    @Test
    void correctsWhatIsOnHandAndKeepsTheHistory() {
        var sku = itemWith(10);
        reserve(sku, 3);

        count(sku, null, 8, "two are broken")
                .expectStatus()
                .isCreated()
                .expectBody()
                .json("""
                        {"sku": "%s", "counted": 8, "expected": 10, "difference": -2, "reserved": 3, "onHand": 5,
                         "reason": "two are broken"}""".formatted(sku));
        count(sku, null, 8, "to be sure").expectStatus().isCreated();
        count(sku, null, 9, "one was under the shelf").expectStatus().isCreated();

        expectOnHand(sku, 6);
        get("/api/v1/stock/%s/counts?limit=2".formatted(sku))
                .jsonPath("$.items.length()")
                .isEqualTo(2)
                .jsonPath("$.items[0].difference")
                .isEqualTo(1)
                .jsonPath("$.items[1].difference")
                .isEqualTo(0)
                .jsonPath("$.next")
                .exists();
        get("/api/v1/stock/%s/movements".formatted(sku))
                .jsonPath("$.items[0].reason")
                .isEqualTo("COUNT")
                .jsonPath("$.items[0].quantity")
                .isEqualTo(1)
                .jsonPath("$.items[0].note")
                .isEqualTo("one was under the shelf");
    }

    @Test
    void pagesThroughTheHistory() {
        var sku = itemWith(0);
        for (int quantity = 1; quantity <= 3; quantity++) {
            count(sku, null, quantity, "inventory day").expectStatus().isCreated();
        }
        var second =
                database.queryForObject("select id from stock_count where sku = ? and counted = 2", UUID.class, sku);

        get("/api/v1/stock/%s/counts?after=%s".formatted(sku, second))
                .jsonPath("$.items.length()")
                .isEqualTo(1)
                .jsonPath("$.items[0].counted")
                .isEqualTo(1)
                .jsonPath("$.next")
                .doesNotExist();
    }

    @Test
    void answersTheSameKeyTheSame() {
        var sku = itemWith(5);
        count(sku, "count-" + sku, 4, "inventory day").expectStatus().isCreated();
        reserve(sku, 4);

        count(sku, "count-" + sku, 4, "inventory day")
                .expectStatus()
                .isCreated()
                .expectBody()
                .jsonPath("$.onHand")
                .isEqualTo(4);

        expectOnHand(sku, 0);
    }

    @Test
    void refusesAKeyOfAnotherCount() {
        var sku = itemWith(5);
        count(sku, "taken-" + sku, 4, "inventory day").expectStatus().isCreated();

        count(sku, "taken-" + sku, 3, "inventory day")
                .expectStatus()
                .isEqualTo(422)
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("idempotency-key-reused");
    }

    @Test
    void refusesACountBelowWhatOrdersHaveTaken() {
        var sku = itemWith(5);
        reserve(sku, 3);

        count(sku, null, 2, "inventory day")
                .expectStatus()
                .isEqualTo(409)
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("count-below-reserved")
                .jsonPath("$.counted")
                .isEqualTo(2)
                .jsonPath("$.reserved")
                .isEqualTo(3);

        expectOnHand(sku, 2);
        count(sku, null, 3, "inventory day").expectStatus().isCreated();
        expectOnHand(sku, 0);
    }

    @Test
    void knowsNothingOfAnUnknownItem() {
        count("NOTHING", null, 1, "inventory day")
                .expectStatus()
                .isNotFound()
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("unknown-sku");
        http().get()
                .uri("/api/v1/stock/NOTHING/counts")
                .exchange()
                .expectStatus()
                .isNotFound();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"reason": "r"}                             | quantity
            {"quantity": -1, "reason": "r"}             | quantity
            {"quantity": 1000000001, "reason": "r"}     | quantity
            {"quantity": 1.5, "reason": "r"}            | quantity
            {"quantity": 1}                             | reason
            {"quantity": 1, "reason": " "}              | reason
            {"quantity": 1, "reason": "a\\u0000b"}      | reason
            {"quantity": 1, "reason": "r", "sku": "x"}  | sku
            """)
    void refusesACountByTheFieldThatIsWrong(String body, String field) {
        var sku = itemWith(1);

        post(sku, null, body)
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo(field);

        expectOnHand(sku, 1);
    }

    @Test
    void waitsForAnotherCountOfTheItemAndSaysSoWhenThatTakesTooLong() throws Exception {
        var sku = itemWith(5);

        try (var other = LockClient.of(LOCKS.address());
                var _ = other.acquire("stock/" + sku)) {
            count(sku, null, 4, "inventory day")
                    .expectStatus()
                    .isEqualTo(503)
                    .expectHeader()
                    .valueEquals("Retry-After", "1")
                    .expectBody()
                    .jsonPath("$.code")
                    .isEqualTo("lock-busy");
        }

        expectOnHand(sku, 5);
        count(sku, null, 4, "inventory day").expectStatus().isCreated();
    }

    @Test
    void refusesWhileNoLockServiceAnswers() {
        var sku = itemWith(5);
        LOCKS.pause();

        count(sku, null, 4, "inventory day")
                .expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .valueEquals("Retry-After", "1")
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("lock-service-unavailable");

        expectOnHand(sku, 5);
        LOCKS.start();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        count(sku, null, 4, "inventory day").expectStatus().isCreated());
    }

    @Test
    void isRefusedWhenSomebodyWroteUnderANewerToken() {
        var sku = itemWith(5);
        database.update(
                "insert into fence (resource, token, who) values (?, ?, 'somebody newer')",
                "stock/" + sku,
                Long.MAX_VALUE);

        count(sku, null, 4, "inventory day")
                .expectStatus()
                .isEqualTo(409)
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("stale-token")
                .jsonPath("$.current")
                .isEqualTo(Long.MAX_VALUE);

        expectOnHand(sku, 5);
        await().untilAsserted(() -> management()
                .get()
                .uri("/actuator/fencing?limit=1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.refusals[0].resource")
                .isEqualTo("stock/" + sku));
    }

    @Test
    void losesNothingBetweenCountsAndOrders() throws Exception {
        var sku = itemWith(100);

        var counts = new ArrayList<Future<Integer>>();
        var orders = new ArrayList<Future<Boolean>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                int quantity = 100 + i;
                counts.add(threads.submit((Callable<Integer>) () -> counted(sku, quantity)));
                orders.add(threads.submit((Callable<Boolean>) () -> reserved(sku, 2)));
            }
        }

        assertThat(counts).allMatch(count -> count.resultNow() == 201);
        assertThat(orders).allMatch(Future::resultNow);
        var last = Objects.requireNonNull(database.queryForObject(
                "select counted from stock_count where sku = ? order by token desc limit 1", Long.class, sku));
        expectOnHand(sku, last.intValue() - 24);
        assertThat(database.queryForObject("select token from fence where resource = ?", Long.class, "stock/" + sku))
                .isEqualTo(
                        database.queryForObject("select max(token) from stock_count where sku = ?", Long.class, sku));
    }

    /// Until its turn comes in time.
    private int counted(String sku, int quantity) {
        for (var end = System.nanoTime() + Duration.ofMinutes(4).toNanos(); System.nanoTime() < end; ) {
            int status = count(sku, null, quantity, "race")
                    .returnResult(String.class)
                    .getStatus()
                    .value();
            if (status != 503) {
                return status;
            }
        }
        throw new AssertionError("no turn comes for the count of " + quantity);
    }

    /// Until the item's row is free in time.
    private boolean reserved(String sku, int quantity) {
        for (var end = System.nanoTime() + Duration.ofMinutes(4).toNanos(); System.nanoTime() < end; ) {
            try {
                return reserve(sku, quantity);
            } catch (PessimisticLockingFailureException busy) {
                // nothing is written
            }
        }
        throw new AssertionError("no turn comes for an order of " + quantity);
    }

    private boolean reserve(String sku, int quantity) {
        var order = UUID.randomUUID();
        var lines = List.of(new Reservation.Line(sku, quantity, new BigDecimal("10.00")));
        return stock.reserve(new Reservation(order, order, lines)) instanceof ReservationAnswer.Reserved;
    }

    private ResponseSpec count(String sku, @Nullable String key, long quantity, String reason) {
        return post(sku, key, Map.of("quantity", quantity, "reason", reason));
    }

    private ResponseSpec post(String sku, @Nullable String key, Object body) {
        var request = http().post().uri("/api/v1/stock/{sku}/counts", sku).contentType(MediaType.APPLICATION_JSON);
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return request.body(body).exchange();
    }

    private BodyContentSpec get(String path) {
        return http().get().uri(path).exchange().expectStatus().isOk().expectBody();
    }
}
