package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockRequest;
import io.covenant.security.Scopes;
import io.covenant.testing.TestIssuer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.initiator.TransactionIds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Orders of one customer come one after the other, also when the lock service is in trouble.
class CustomerTurnTests extends InTheShop {

    @Test
    void showsTheTokenOfTheCustomersLockToTheDatabase() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        place(null, order(ada, lamp, 1)).is(201);
        var first = token(ada);
        place(null, order(ada, lamp, 1)).is(201);

        assertThat(token(ada)).isGreaterThan(first);
        assertThat(sql(shop.orders.database.superuser())
                        .queryForObject("select who from fence where resource = ?", String.class, lockOf(ada)))
                .matches("orders, session \\d+");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(holders(ada)).isZero());
    }

    @Test
    void needsNoLockWithoutALimit() {
        var grace = unlimitedCustomer();
        var lamp = item(5, "10.00");

        place(null, order(grace, lamp, 5)).is(201);

        assertThat(openAmount(grace)).isEqualTo("50.00");
        assertThat(sql(shop.orders.database.superuser())
                        .queryForList("select token from fence where resource = ?", Long.class, lockOf(grace)))
                .isEmpty();
    }

    @Test
    void locksACustomerWhoseNameIsNoLocksName() {
        define("eve..1", Map.of("name", "Eve", "creditLimit", 100));
        var lamp = item(5, "10.00");

        place(null, order("eve..1", lamp, 1)).is(201);

        assertThat(sql(shop.orders.database.superuser())
                        .queryForList("select resource from fence where resource like 'customers/eve%'", String.class))
                .containsExactly("customers/eve.%2E1");
    }

    @Test
    void takesALimitIntoAccountThatIsSetMeanwhile() throws Exception {
        var grace = unlimitedCustomer();
        var lamp = item(5, "10.00");

        CompletableFuture<Answer> answer;
        try (var connection = shop.coordinator.database.superuser().getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "lock table transaction in share row exclusive mode");
            answer = CompletableFuture.supplyAsync(() -> place("limited", order(grace, lamp, 1)));
            awaitLockWait(shop.coordinator.database.superuser(), shop.coordinator.database.name());
            define(grace, Map.of("name", "Grace", "creditLimit", 15));
            connection.commit();
        }

        answer.get().is(201);
        assertThat(token(grace)).isPositive();
    }

    @Test
    void refusesWhenTheTurnDoesNotComeInTimeAndHasDoneNothing() throws Exception {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        try (var other = LockClient.of(shop.locks.address());
                var _ = other.acquire(lockOf(ada))) {
            var busy = place("in-turn", order(ada, lamp, 1)).is(503);

            assertThat(busy.text("code")).isEqualTo("customer-busy");
            assertThat(busy.text("lock")).isEqualTo(lockOf(ada));
            assertThat(busy.retryAfter()).isEqualTo("1");
            assertThat(busy.text("detail")).contains("longer than the 4000 ms");
            assertThat(onHand(lamp)).isEqualTo(5);
            assertThat(openAmount(ada)).isEqualTo("0.00");
        }

        place("in-turn", order(ada, lamp, 1)).is(201);
    }

    @Test
    void waitsForTheTurnNoLongerThanTheClient() throws Exception {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        try (var other = LockClient.of(shop.locks.address());
                var _ = other.acquire(lockOf(ada))) {
            var busy = send(inAHurry(3_500), "POST", "/api/v1/orders", "hurried", order(ada, lamp, 1))
                    .is(503);

            assertThat(busy.text("code")).isEqualTo("customer-busy");
            assertThat(busy.text("detail")).containsPattern("longer than the (\\d{1,3}|[1-3]\\d{3}) ms");
            assertThat(onHand(lamp)).isEqualTo(5);
        }
    }

    @Test
    void refusesWhileNoLockServiceAnswersAndHasDoneNothing() {
        var ada = customer("100.00");
        var grace = unlimitedCustomer();
        var lamp = item(5, "10.00");
        shop.locks.pause();

        var away = place("locks-away", order(ada, lamp, 1)).is(503);
        place(null, order(grace, lamp, 1)).is(201);

        assertThat(away.text("code")).isEqualTo("lock-service-unavailable");
        assertThat(away.text("detail")).contains("covenant.services.locks");
        assertThat(away.retryAfter()).isEqualTo("1");
        assertThat(openAmount(ada)).isEqualTo("0.00");
        shop.locks.start();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> place("locks-away", order(ada, lamp, 1)).is(201));
        assertThat(onHand(lamp)).isEqualTo(3);
    }

    /// Its transaction begins late, after the lock has passed on and the next holder has written.
    @Test
    void isRefusedByTheFenceWhenItsTurnWasOver() throws Exception {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        CompletableFuture<Answer> late;
        final long given;
        final long current;
        try (var connection = shop.coordinator.database.superuser().getConnection();
                var next = LockClient.of(shop.locks.address())) {
            connection.setAutoCommit(false);
            execute(connection, "lock table transaction in share row exclusive mode");
            late = CompletableFuture.supplyAsync(() -> place("late", order(ada, lamp, 1)));
            awaitLockWait(shop.coordinator.database.superuser(), shop.coordinator.database.name());
            given = send(shop.locks(), "GET", "/api/v1/locks/" + lockOf(ada), null, null)
                    .body()
                    .path("holders")
                    .path(0)
                    .path("token")
                    .asLong();
            send(
                            shop.locks(),
                            "POST",
                            "/admin/locks/force-release",
                            null,
                            Map.of("name", lockOf(ada), "token", given, "reason", "its holder is taken for dead"))
                    .is(204);
            try (var lock = next.acquire(LockRequest.exclusive(lockOf(ada)).waiting(Duration.ofSeconds(20)))) {
                current = lock.token();
                writeUnder(current, ada);
            }
            connection.commit();
        }

        var refused = late.get().is(409);
        assertThat(refused.text("code")).isEqualTo("stale-token");
        assertThat(refused.text("given")).isEqualTo("" + given);
        assertThat(refused.text("current")).isEqualTo("" + current);
        assertThat(refused.retryAfter()).isEqualTo("1");
        assertThat(onHand(lamp)).isEqualTo(5);
        var watcher = TestIssuer.shared().token(Scopes.METRICS_READ);
        await().untilAsserted(() -> {
            var refusal = send(shop.orders.management(watcher), "GET", "/actuator/fencing", null, null)
                    .body()
                    .path("refusals")
                    .path(0);
            assertThat(refusal.path("who").asString()).startsWith("orders, session ");
            assertThat(refusal.path("resource").asString()).isEqualTo(lockOf(ada));
            assertThat(refusal.path("given").asLong()).isEqualTo(given);
            assertThat(refusal.path("reason").asString()).startsWith("order ");
        });
        place("late", order(ada, lamp, 1)).is(201);
    }

    @Test
    void neverExceedsTheLimitAndUsesItUp() throws Exception {
        var ada = customer("205.00");
        var lamp = item(100, "10.00");

        var clients = IntStream.range(0, 50)
                .mapToObj(number -> (Callable<Answer>) () -> resolved("race-" + number, order(ada, lamp, 1)))
                .toList();
        List<Answer> answers;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers = threads.invokeAll(clients).stream().map(Future::resultNow).toList();
        }

        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(20);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 201)
                .hasSize(30)
                .allSatisfy(answer -> assertThat(answer.text("code")).isEqualTo("credit-limit-exceeded"));
        assertThat(openAmount(ada)).isEqualTo("200.00");
        assertThat(onHand(lamp)).isEqualTo(80);
    }

    /// Does what a client does: asks again until there is an answer about the order.
    private static Answer resolved(String key, Map<String, Object> order) throws InterruptedException {
        for (var end = System.nanoTime() + Duration.ofMinutes(4).toNanos(); System.nanoTime() < end; ) {
            var answer = place(key, order);
            if (answer.status() == 201 || answer.text("code").equals("credit-limit-exceeded")) {
                return answer;
            }
            assertThat(answer.status()).as("%s", answer.body()).isIn(202, 503);
            Thread.sleep(100);
        }
        throw new AssertionError(key + " gets no answer");
    }

    /// Writes an order by the branch alone.
    private static void writeUnder(long token, String customer) {
        var branch = new BranchId(TransactionIds.next(), new Attempt(1), "orders");
        var order = Map.of(
                "orderId",
                UUID.randomUUID(),
                "customer",
                customer,
                "lines",
                List.of(Map.of("sku", "GIFT", "name", "Gift", "quantity", 1, "unitPrice", 1.00)),
                "lease",
                Map.of("token", token, "holder", "next"));
        var prepare = Map.of("gid", branch.gid(), "operation", "create", "deadlineMillis", 30_000, "payload", order);
        var coordinator = shop.orders.http(TestIssuer.shared().serviceToken(Scopes.BRANCHES_DRIVE));
        assertThat(send(coordinator, "POST", "/internal/v1/branches/prepare", null, prepare)
                        .is(200)
                        .text("vote"))
                .isEqualTo("YES");
        send(coordinator, "POST", "/internal/v1/branches/commit", null, Map.of("gids", List.of(branch.gid())))
                .is(200);
        // No stock was taken for it: the shop must not find the order when the test is over.
        sql(shop.orders.database.superuser())
                .update(
                        "update orders set state = 'CANCELLED', cancelled_at = now(), cancel_transaction_id = id"
                                + " where customer = ?",
                        customer);
        sql(shop.orders.database.superuser()).update("update customer set open_amount = 0 where id = ?", customer);
    }

    private static String lockOf(String customer) {
        return "customers/" + customer;
    }

    private static long token(String customer) {
        return sql(shop.orders.database.superuser())
                .queryForList("select token from fence where resource = ?", Long.class, lockOf(customer))
                .getFirst();
    }

    private static int holders(String customer) {
        return send(shop.locks(), "GET", "/api/v1/locks/" + lockOf(customer), null, null)
                .body()
                .path("holders")
                .size();
    }

    private static String unlimitedCustomer() {
        var id = "grace-" + UUID.randomUUID().toString().substring(0, 8);
        define(id, Map.of("name", "Grace", "unlimited", true));
        return id;
    }

    private static void define(String customer, Map<String, Object> terms) {
        assertThat(send(shop.orders.http(), "PUT", "/api/v1/customers/" + customer, null, terms)
                        .status())
                .isIn(200, 201);
    }
}
