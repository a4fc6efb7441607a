package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.transactions.initiator.CommitProtocol;
import io.covenant.transactions.initiator.TransactionIds;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WholeOrderTests extends InTheShop {

    @Test
    void placesAnOrder() {
        var ada = customer("100.00");
        var lamp = item(5, "19.90");
        var desk = item(1, "40.00");

        var answer = place(null, order(ada, lamp, 3, desk, 1)).is(201);

        assertThat(answer.text("state")).isEqualTo("CONFIRMED");
        assertThat(answer.text("transaction")).isEqualTo(answer.text("id"));
        assertThat(answer.body().path("total").decimalValue()).isEqualTo(new BigDecimal("99.70"));
        assertThat(answer.body().path("lines").path(0).path("unitPrice").decimalValue())
                .isEqualTo(new BigDecimal("19.90"));
        assertThat(answer.location()).isEqualTo("/api/v1/orders/" + answer.text("id"));
        assertThat(get(answer.location()).is(200).body()).isEqualTo(answer.body());
        assertThat(onHand(lamp)).isEqualTo(2);
        assertThat(onHand(desk)).isZero();
        assertThat(openAmount(ada)).isEqualTo("99.70");
        assertThat(transaction(answer.text("transaction")).path("outcome").asString())
                .isEqualTo("COMMITTED");
    }

    @Test
    void keepsThePriceOfTheDay() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");
        var placed = place(null, order(ada, lamp, 1)).is(201);

        price(lamp, "99.00");

        assertThat(get(placed.location()).body()).isEqualTo(placed.body());
    }

    @Test
    void answersTheSameRequestTheSame() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        var first = place("same", order(ada, lamp, 1)).is(201);
        var second = place("same", order(ada, lamp, 1)).is(201);
        cancel(first.text("id")).is(200);
        var third = place("same", order(ada, lamp, 1)).is(201);

        assertThat(second).isEqualTo(first);
        assertThat(third).isEqualTo(first);
        assertThat(onHand(lamp)).isEqualTo(5);
    }

    @Test
    void takesAKeyForAnotherRequestWhenItAsksForAnotherProtocol() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        var first =
                place("other", order(ada, lamp, 1), CommitProtocol.TWO_PHASE).is(201);

        assertThat(place("other", order(ada, lamp, 1), CommitProtocol.TWO_PHASE))
                .isEqualTo(first);
        assertThat(place("other", order(ada, lamp, 1)).is(422).text("code")).isEqualTo("idempotency-key-reused");
        assertThat(onHand(lamp)).isEqualTo(4);
    }

    @Test
    void tellsByWhichTransactionAnOrderWasNotPlaced() {
        var ada = customer("100.00");
        var lamp = item(1, "10.00");

        var refused = place("none-left", order(ada, lamp, 2)).is(409);

        assertThat(transaction(refused.text("transaction"))
                        .path("refusal")
                        .path("code")
                        .asString())
                .isEqualTo("out-of-stock");
        assertThat(place("none-left", order(ada, lamp, 2)).is(409).text("transaction"))
                .isEqualTo(refused.text("transaction"));
    }

    @Test
    void cancelsAnOrder() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");
        var placed = place(null, order(ada, lamp, 3)).is(201);

        var cancelled = cancel(placed.text("id")).is(200);

        assertThat(cancelled.text("state")).isEqualTo("CANCELLED");
        assertThat(get(placed.location()).body()).isEqualTo(cancelled.body());
        assertThat(cancel(placed.text("id")).is(200)).isEqualTo(cancelled);
        assertThat(onHand(lamp)).isEqualTo(5);
        assertThat(openAmount(ada)).isEqualTo("0.00");
    }

    @Test
    void goesOnAtTheNewPriceWhenItChangesInBetween() throws Exception {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        CompletableFuture<Answer> answer;
        try (var connection = shop.inventory.database.superuser().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "update stock_item set price = 12.50 where sku = '" + lamp + "'");
            answer = CompletableFuture.supplyAsync(() -> place("new-price", order(ada, lamp, 2)));
            awaitLockWait(shop.inventory.database.superuser(), shop.inventory.database.name());
            connection.commit();
        }

        var placed = answer.get().is(201);
        assertThat(placed.body().path("total").decimalValue()).isEqualTo(new BigDecimal("25.00"));
        assertThat(placed.text("transaction")).isNotEqualTo(placed.text("id"));
        assertThat(get(placed.location()).body()).isEqualTo(placed.body());
        assertThat(place("new-price", order(ada, lamp, 2)).is(201)).isEqualTo(placed);
    }

    @Test
    void refusesWhenStockIsShortByOneAndRemembersIt() {
        var ada = customer("1000.00");
        var lamp = item(3, "10.00");
        var desk = item(3, "10.00");

        var refused = place("short", order(ada, desk, 1, lamp, 4)).is(409);

        assertThat(refused.text("code")).isEqualTo("out-of-stock");
        assertThat(refused.text("sku")).isEqualTo(lamp);
        assertThat(refused.text("available")).isEqualTo("3");
        assertThat(onHand(desk)).isEqualTo(3);
        assertThat(openAmount(ada)).isEqualTo("0.00");
        receive(lamp, 10);
        var again = place("short", order(ada, desk, 1, lamp, 4)).is(409);
        assertThat(again.withoutRequestId()).isEqualTo(refused.withoutRequestId());
        place("not-short", order(ada, desk, 1, lamp, 4)).is(201);
    }

    @Test
    void refusesWhatTheCustomerCannotOwe() {
        var ada = customer("19.99");
        var lamp = item(3, "10.00");

        var refused = place(null, order(ada, lamp, 2)).is(409);

        assertThat(refused.text("code")).isEqualTo("credit-limit-exceeded");
        assertThat(refused.text("limit")).isEqualTo("19.99");
        assertThat(onHand(lamp)).isEqualTo(3);
    }

    @Test
    void refusesWhatDoesNotExistByItsField() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");

        var sku = place(null, order(ada, lamp, 1, "NONE", 1)).is(422);
        var customer = place(null, order("nobody", lamp, 1)).is(422);

        assertThat(sku.text("code")).isEqualTo("unknown-sku");
        assertThat(sku.body().path("errors").path(0).path("field").asString()).isEqualTo("lines[1].sku");
        assertThat(customer.text("code")).isEqualTo("unknown-customer");
        assertThat(customer.body().path("errors").path(0).path("field").asString())
                .isEqualTo("customer");
        assertThat(onHand(lamp)).isEqualTo(3);
    }

    @Test
    void refusesAKeyOfAnotherRequest() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        place("taken", order(ada, lamp, 1)).is(201);

        assertThat(place("taken", order(ada, lamp, 2)).is(422).text("code")).isEqualTo("idempotency-key-reused");

        forgetPlacement("taken");
        assertThat(place("taken", order(ada, lamp, 2)).is(422).text("code")).isEqualTo("idempotency-key-reused");
        assertThat(onHand(lamp)).isEqualTo(2);
    }

    @Test
    void refusesACancellationKeyOfAnotherOrder() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        var one = place(null, order(ada, lamp, 1)).is(201).text("id");
        var other = place(null, order(ada, lamp, 1)).is(201).text("id");

        var cancelled = cancel(one, "cancel-one").is(200);

        assertThat(cancel(one, "cancel-one").is(200)).isEqualTo(cancelled);
        assertThat(cancel(other, "cancel-one").is(422).text("code")).isEqualTo("idempotency-key-reused");
        assertThat(get("/api/v1/orders/" + other).text("state")).isEqualTo("CONFIRMED");
    }

    @Test
    void findsTheOrderOfAKeyAlsoWhenItsPlacementIsLost() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        var first = place("lost", order(ada, lamp, 1)).is(201);

        forgetPlacement("lost");

        assertThat(place("lost", order(ada, lamp, 1)).is(201)).isEqualTo(first);
        assertThat(onHand(lamp)).isEqualTo(2);
    }

    @Test
    void asksForPatienceWhileNoCoordinatorIsThere() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        shop.coordinator.stop();

        var failed = place("patience", order(ada, lamp, 1)).is(503);

        assertThat(failed.text("code")).isEqualTo("coordinator-unavailable");
        assertThat(failed.retryAfter()).isEqualTo("1");
        assertThat(onHand(lamp)).isEqualTo(3);
        shop.start();
        place("patience", order(ada, lamp, 1)).is(201);
    }

    @Test
    void asksForPatienceWhileInventoryIsAway() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        shop.inventory.stop();

        assertThat(place("away", order(ada, lamp, 1)).is(503).text("code")).isEqualTo("inventory-unavailable");

        shop.start();
        place("away", order(ada, lamp, 1)).is(201);
    }

    @Test
    void takesUpWhatACrashLeftBehindWhenTheRequestComesAgain() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        place("crashed-once", order(ada, lamp, 1)).is(201);
        var abandoned = abandonedPlacement("crashed-once", "crashed");

        // Pending for a moment if the service has just begun to settle it by itself.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                place("crashed", order(ada, lamp, 1)).is(201).text("id"))
                        .isNotEqualTo(abandoned.toString()));

        assertThat(get("/api/v1/orders/" + abandoned).is(200).text("state")).isEqualTo("REJECTED");
        assertThat(onHand(lamp)).isEqualTo(1);
    }

    @Test
    void settlesWhatACrashLeftBehindWhenNobodyAsks() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        place("left-once", order(ada, lamp, 1)).is(201);
        var abandoned = abandonedPlacement("left-once", "left");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sql(shop.orders.database.superuser())
                                .queryForObject("select state from placement where id = ?", String.class, abandoned))
                        .isEqualTo("REJECTED"));
    }

    @Test
    void answersLaterWhatNobodyCanTellNow() throws Exception {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");

        Answer pending;
        try (var connection = shop.coordinator.database.superuser().getConnection()) {
            connection.setAutoCommit(false);
            // The branches will be prepared, and the decision will not be written.
            execute(connection, "lock table decision in access exclusive mode");
            pending = place("doubtful", order(ada, lamp, 1)).is(202);
            assertThat(pending.text("state")).isEqualTo("PENDING");
            assertThat(get(pending.location()).is(200).text("state")).isEqualTo("PENDING");
            assertThat(cancel(pending.text("id")).is(503).text("code")).isEqualTo("order-pending");
            assertThat(place("doubtful", order(ada, lamp, 1)).is(202).text("id"))
                    .isEqualTo(pending.text("id"));
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(get(pending.location()).text("state")).isIn("CONFIRMED", "REJECTED"));
        var settled = get(pending.location()).text("state");
        // What is decided is told to the branches a little later.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(onHand(lamp)).isEqualTo(settled.equals("CONFIRMED") ? 2 : 3));
    }

    @Test
    void readsAsConfirmedWhatWasAnsweredSoBeforeItsBranchHasHeard() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");

        Answer placed;
        sql(shop.orders.database.superuser()).execute("""
                create function not_now() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
                create trigger not_now before insert on orders execute function not_now();
                """);
        try {
            placed = place("decided", order(ada, lamp, 1), CommitProtocol.TCC).is(201);
            assertThat(placed.text("state")).isEqualTo("CONFIRMED");
            assertThat(get(placed.location()).is(200).text("state")).isEqualTo("CONFIRMED");
            assertThat(place("decided", order(ada, lamp, 1), CommitProtocol.TCC)
                            .is(503)
                            .text("code"))
                    .isEqualTo("order-pending");
            assertThat(cancel(placed.text("id")).is(503).text("code")).isEqualTo("order-pending");
        } finally {
            sql(shop.orders.database.superuser()).execute("drop trigger not_now on orders; drop function not_now()");
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(place("decided", order(ada, lamp, 1), CommitProtocol.TCC))
                        .isEqualTo(placed));
        assertThat(cancel(placed.text("id")).is(200).text("state")).isEqualTo("CANCELLED");
    }

    @Test
    void asksForPatienceWhileTheDatabaseIsAwayAndComesBackByItself() {
        var ada = customer("100.00");
        var lamp = item(3, "10.00");
        var postgres = shop.orders.database.postgres();

        postgres.stopImmediately();
        try {
            var failed = place("dark", order(ada, lamp, 1)).is(503);
            assertThat(failed.retryAfter()).isEqualTo("1");
        } finally {
            postgres.start();
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> place("dark", order(ada, lamp, 1)).is(201));
        assertThat(onHand(lamp)).isEqualTo(2);
    }

    @Test
    void placesOneOrderWhenTheSameRequestComesManyTimesAtOnce() throws Exception {
        var ada = customer("100.00");
        var lamp = item(9, "10.00");

        var answers = IntStream.range(0, 8)
                .mapToObj(_ -> (Callable<Answer>) () -> place("at-once", order(ada, lamp, 1)))
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(threads.invokeAll(answers).stream()
                            .map(Future::resultNow)
                            .peek(answer -> assertThat(answer.status()).isIn(201, 202))
                            .map(answer -> answer.text("id"))
                            .distinct())
                    .hasSize(1);
        }

        assertThat(onHand(lamp)).isEqualTo(8);
    }

    @Test
    void cancelsOnceWhenAskedManyTimesAtOnce() throws Exception {
        var ada = customer("100.00");
        var lamp = item(9, "10.00");
        var id = place(null, order(ada, lamp, 4)).is(201).text("id");

        var answers = IntStream.range(0, 4)
                .mapToObj(_ -> (Callable<Answer>) () -> cancel(id))
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(answers)) {
                assertThat(answer.resultNow().status()).isIn(200, 503);
            }
        }

        assertThat(cancel(id).is(200).text("state")).isEqualTo("CANCELLED");
        assertThat(onHand(lamp)).isEqualTo(9);
    }

    /// A placement as an instance leaves it that died before its transaction began.
    private static UUID abandonedPlacement(String like, String key) {
        var id = TransactionIds.next().value();
        assertThat(sql(shop.orders.database.superuser()).update("""
                                insert into placement (id, transaction_id, protocol, idempotency_key, request_hash, customer,
                                                       state, created_at, look_at)
                                select ?, ?, protocol, customer || '/' || ?, request_hash, customer, 'PENDING', created_at, created_at
                                  from placement where idempotency_key like '%/' || ?
                                """, id, id, key, like))
                .isEqualTo(1);
        return id;
    }

    private static void forgetPlacement(String key) {
        assertThat(sql(shop.orders.database.superuser())
                        .update("delete from placement where idempotency_key like '%/' || ?", key))
                .isEqualTo(1);
    }
}
