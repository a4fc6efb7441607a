package io.covenant.orders.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.orders.RunningOrders;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.PrepareReply.Choice;
import io.covenant.transactions.wire.PrepareRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

class OrderParticipantTests extends RunningOrders {

    @Autowired
    private JdbcTemplate database;

    @AfterEach
    void leavesNothingPreparedAndEveryAmountAccountedFor() {
        assertThat(DATABASE.prepared()).isEmpty();
        assertThat(database.queryForList("""
                        select customer.id from customer left join orders on orders.customer = customer.id
                                                                         and orders.state = 'CONFIRMED'
                         group by customer.id having open_amount <> coalesce(sum(total), 0)
                        """, String.class)).isEmpty();
        assertThat(database.queryForList("""
                        select id from orders
                         where total <> (select sum(quantity * unit_price) from order_line where order_id = id)
                        """, UUID.class)).isEmpty();
    }

    @Test
    void writesAnOrderWhenTheTransactionCommits() {
        var ada = customerWith("100.00");
        var order = UUID.randomUUID();
        var branch = branch();

        assertThat(prepare(branch, "create", newOrder(order, ada, null, line("LAMP", 3), line("DESK", 1))))
                .isEqualTo(new PrepareReply(Choice.YES, null));
        get(order).expectStatus().isNotFound();
        finish("commit", branch);

        get(order)
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo("CONFIRMED")
                .jsonPath("$.transaction")
                .isEqualTo(branch.transaction().toString())
                .jsonPath("$.total")
                .isEqualTo(40.0)
                .jsonPath("$.lines[0].sku")
                .isEqualTo("LAMP")
                .jsonPath("$.lines[0].unitPrice")
                .isEqualTo(10.0)
                .jsonPath("$.lines[1].sku")
                .isEqualTo("DESK");
        expectOpenAmount(ada, 40.0);
    }

    @Test
    void writesNothingWhenTheTransactionAborts() {
        var ada = customerWith("100.00");
        var order = UUID.randomUUID();
        var branch = branch();

        prepare(branch, "create", newOrder(order, ada, null, line("LAMP", 3)));
        finish("rollback", branch);

        get(order).expectStatus().isNotFound();
        expectOpenAmount(ada, 0.0);
    }

    @Test
    void allowsTheWholeLimit() {
        var ada = customerWith("30.00");

        ordered(ada, 3);

        expectOpenAmount(ada, 30.0);
    }

    @Test
    void cancelsAnOrder() {
        var ada = customerWith("30.00");
        var order = ordered(ada, 3);

        assertThat(finished("cancel", Map.of("orderId", order)).vote()).isEqualTo(Choice.YES);

        get(order)
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo("CANCELLED")
                .jsonPath("$.cancelTransaction")
                .exists()
                .jsonPath("$.cancelledAt")
                .exists();
        expectOpenAmount(ada, 0.0);
    }

    @Test
    void listsOrdersNewestFirstInPages() {
        var ada = customerWith("100.00");
        var first = ordered(ada, 1);
        var second = ordered(ada, 1);
        var third = ordered(ada, 1);
        finished("cancel", Map.of("orderId", second));

        list("customer=" + ada + "&limit=2")
                .jsonPath("$.items[*].id")
                .isEqualTo(List.of(third.toString(), second.toString()))
                .jsonPath("$.items[0].lines.length()")
                .isEqualTo(1)
                .jsonPath("$.next")
                .isEqualTo(second.toString());
        list("customer=" + ada + "&limit=2&after=" + second)
                .jsonPath("$.items[*].id")
                .isEqualTo(List.of(first.toString()))
                .jsonPath("$.next")
                .doesNotExist();
        list("customer=" + ada + "&state=CONFIRMED")
                .jsonPath("$.items[*].id")
                .isEqualTo(List.of(third.toString(), first.toString()));
        list("customer=" + ada + "&state=CANCELLED").jsonPath("$.items[*].id").isEqualTo(List.of(second.toString()));
        list("customer=nobody").jsonPath("$.items.length()").isEqualTo(0);
        list("limit=1").jsonPath("$.items.length()").isEqualTo(1);
    }

    @Test
    void refusesACentAboveTheLimit() {
        var ada = customerWith("39.99");
        ordered(ada, 1);

        var reply = prepare(branch(), "create", newOrder(UUID.randomUUID(), ada, null, line("LAMP", 3)));

        expectRefusal(reply, "credit-limit-exceeded", Map.of("limit", "39.99", "open", "10.00", "requested", "30.00"));
        expectOpenAmount(ada, 10.0);
    }

    @Test
    void refusesATotalThatNoColumnHolds() {
        var ada = customerWith("0.00");
        define(ada, Map.of("name", "Ada", "unlimited", true));
        var lines = new ArrayList<Line>();
        for (int i = 0; i < 100; i++) {
            lines.add(new Line("S" + i, "S", 1_000_000, new BigDecimal("1000000.00")));
        }

        var reply = prepare(branch(), "create", Map.of("orderId", UUID.randomUUID(), "customer", ada, "lines", lines));

        assertThat(Objects.requireNonNull(reply.refusal()).code()).isEqualTo("credit-limit-exceeded");
    }

    @Test
    void refusesAnUnknownCustomer() {
        var reply = prepare(branch(), "create", newOrder(UUID.randomUUID(), "nobody", null, line("LAMP", 1)));

        expectRefusal(reply, "unknown-customer", Map.of("customer", "nobody"));
    }

    @Test
    void refusesAHolderWhoLostTheLockAndRecordsIt() {
        var ada = customerWith("100.00");
        var newer = with(newOrder(UUID.randomUUID(), ada, null, line("LAMP", 1)), "lease", lease(9));
        committed("create", newer);
        var late = UUID.randomUUID();

        var refused = finished("create", with(newOrder(late, ada, null, line("LAMP", 1)), "lease", lease(8)));

        expectRefusal(refused, "stale-token", Map.of("lock", "customers/" + ada, "given", "8", "current", "9"));
        get(late).expectStatus().isNotFound();
        expectOpenAmount(ada, 10.0);
        await().untilAsserted(() -> management()
                .get()
                .uri("/actuator/fencing?limit=1")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.refusals[0].who")
                .isEqualTo("orders-1, session 7")
                .jsonPath("$.refusals[0].resource")
                .isEqualTo("customers/" + ada)
                .jsonPath("$.refusals[0].reason")
                .isEqualTo("order " + late + ": the lock passed on: token 8 is older than 9"));
    }

    /// The fence is part of what is prepared: an order that aborts leaves it as it was.
    @Test
    void forgetsTheTokenOfAnOrderThatAborts() {
        var ada = customerWith("100.00");
        var aborted = branch();
        prepare(aborted, "create", with(newOrder(UUID.randomUUID(), ada, null, line("LAMP", 1)), "lease", lease(9)));
        finish("rollback", aborted);

        committed("create", with(newOrder(UUID.randomUUID(), ada, null, line("LAMP", 1)), "lease", lease(8)));

        expectOpenAmount(ada, 10.0);
    }

    @Test
    void refusesToChargeALimitedCustomerWithoutTheLock() {
        var ada = customerWith("100.00");
        var payload = with(newOrder(UUID.randomUUID(), ada, null, line("LAMP", 1)), "lease", null);

        expectRefusal(finished("create", payload), "lock-required", Map.of("lock", "customers/" + ada));

        expectOpenAmount(ada, 0.0);
    }

    @Test
    void chargesAnUnlimitedCustomerWithoutTheLock() {
        var ada = customerWith("0.00");
        define(ada, Map.of("name", "Ada", "unlimited", true));

        committed("create", with(newOrder(UUID.randomUUID(), ada, null, line("LAMP", 1000)), "lease", null));

        expectOpenAmount(ada, 10_000.0);
    }

    @Test
    void toleratesWhatWasOpenWhenTheLimitWasLoweredButNoMore() {
        var ada = customerWith("100.00");
        var first = ordered(ada, 5);
        ordered(ada, 1);

        define(ada, Map.of("name", "Ada", "creditLimit", 20));
        assertThat(tolerated(ada)).isEqualByComparingTo("60.00");
        expectRefusal(
                finished("create", newOrder(UUID.randomUUID(), ada, null, line("LAMP", 1))),
                "credit-limit-exceeded",
                Map.of("limit", "20.00", "open", "60.00", "requested", "10.00"));
        committed("cancel", Map.of("orderId", first));

        assertThat(tolerated(ada)).isNull();
        ordered(ada, 1);
        expectOpenAmount(ada, 20.0);
    }

    private @Nullable BigDecimal tolerated(String customer) {
        return database.queryForObject(
                "select tolerated_amount from customer where id = ?", BigDecimal.class, customer);
    }

    private void define(String customer, Map<String, Object> terms) {
        http().put()
                .uri("/api/v1/customers/{id}", customer)
                .contentType(MediaType.APPLICATION_JSON)
                .body(terms)
                .exchange()
                .expectStatus()
                .isOk();
    }

    @Test
    void refusesASecondOrderForAKey() {
        var ada = customerWith("100.00");
        var order = UUID.randomUUID();
        var again = UUID.randomUUID();
        committed("create", newOrder(order, ada, "once-only", line("LAMP", 1)));

        expectRefusal(
                prepare(branch(), "create", newOrder(again, ada, "once-only", line("LAMP", 1))),
                "duplicate-order",
                Map.of("order", again.toString()));
        expectRefusal(
                prepare(branch(), "create", newOrder(order, ada, null, line("LAMP", 1))),
                "duplicate-order",
                Map.of("order", order.toString()));
        expectOpenAmount(ada, 10.0);
    }

    @Test
    void refusesToCancelTwice() {
        var ada = customerWith("100.00");
        var order = ordered(ada, 1);
        finished("cancel", Map.of("orderId", order));

        expectRefusal(
                prepare(branch(), "cancel", Map.of("orderId", order)),
                "order-not-cancellable",
                Map.of("order", order.toString(), "state", "CANCELLED"));
    }

    @Test
    void refusesToCancelAnUnknownOrder() {
        var order = UUID.randomUUID();

        expectRefusal(
                prepare(branch(), "cancel", Map.of("orderId", order)),
                "unknown-order",
                Map.of("order", order.toString()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                                                | payload.
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "customer": "ada", "lines": []}               | payload.lines
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "customer": "ada", "lines": [{"sku": "A", "name": "A", \
            "quantity": 1, "unitPrice": -1}]}                                                                 | payload.lines[0].unitPrice
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "customer": "ada", "total": 1, "lines": []}   | payload.total
            """)
    void refusesAPayloadByTheFieldThatIsWrong(String payload, String field) {
        post("prepare", """
                {"gid": "%s", "operation": "create", "deadlineMillis": 30000, "payload": %s}""".formatted(branch().gid(), payload))
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .value(name -> assertThat(name.toString()).startsWith(field));
    }

    @Test
    void neverLetsACustomerOweMoreThanTheLimit() throws Exception {
        var ada = customerWith("50.00");

        var placed = new ArrayList<Future<Boolean>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                Callable<Boolean> place = () -> placed(ada);
                placed.add(threads.submit(place));
            }
        }

        assertThat(placed.stream().filter(Future::resultNow)).hasSize(5);
        expectOpenAmount(ada, 50.0);
    }

    /// Orders until it is done or refused; that a lock or a connection was not free in time is a reason to
    /// try again.
    private boolean placed(String customer) {
        while (true) {
            var reply = finishedIfAnswered("create", newOrder(UUID.randomUUID(), customer, null, line("LAMP", 1)));
            if (reply.isEmpty()) {
                continue;
            }
            if (reply.get().vote() == Choice.YES) {
                return true;
            }
            var code = Objects.requireNonNull(reply.get().refusal()).code();
            if (!"lock-timeout".equals(code)) {
                assertThat(code).isEqualTo("credit-limit-exceeded");
                return false;
            }
        }
    }

    private UUID ordered(String customer, int quantity) {
        var order = TransactionIds.next().value();
        committed("create", newOrder(order, customer, null, line("LAMP", quantity)));
        return order;
    }

    private void committed(String operation, Object payload) {
        assertThat(finished(operation, payload)).isEqualTo(new PrepareReply(Choice.YES, null));
    }

    private PrepareReply finished(String operation, Object payload) {
        return finishedIfAnswered(operation, payload).orElseThrow();
    }

    private Optional<PrepareReply> finishedIfAnswered(String operation, Object payload) {
        var branch = branch();
        var answer = post("prepare", new PrepareRequest<>(branch.gid(), operation, 30_000, payload))
                .returnResult(PrepareReply.class);
        if (answer.getStatus() == HttpStatus.SERVICE_UNAVAILABLE) {
            await().untilAsserted(() -> finish("rollback", branch));
            return Optional.empty();
        }
        assertThat(answer.getStatus()).isEqualTo(HttpStatus.OK);
        var reply = Objects.requireNonNull(answer.getResponseBody());
        if (reply.vote() == Choice.YES) {
            finish("commit", branch);
        }
        return Optional.of(reply);
    }

    private static BranchId branch() {
        return new BranchId(TransactionIds.next(), new Attempt(1), "orders");
    }

    private record Line(String sku, String name, int quantity, BigDecimal unitPrice) {}

    private static Map<String, Object> newOrder(UUID order, String customer, @Nullable String key, Line... lines) {
        var payload = new HashMap<String, Object>();
        payload.put("orderId", order);
        payload.put("customer", customer);
        payload.put("lines", List.of(lines));
        payload.put("lease", lease(1));
        if (key != null) {
            payload.put("idempotencyKey", key);
        }
        return payload;
    }

    private static Map<String, Object> lease(long token) {
        return Map.of("token", token, "holder", "orders-1, session 7");
    }

    private static Map<String, Object> with(Map<String, Object> payload, String name, @Nullable Object value) {
        var changed = new HashMap<>(payload);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return changed;
    }

    private static Line line(String sku, int quantity) {
        return new Line(sku, sku, quantity, new BigDecimal("10.00"));
    }

    private static void expectRefusal(PrepareReply reply, String code, Map<String, String> parameters) {
        assertThat(reply.vote()).isEqualTo(Choice.NO);
        var refusal = Objects.requireNonNull(reply.refusal());
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.parameters()).isEqualTo(parameters);
    }

    private ResponseSpec get(UUID order) {
        return http().get().uri("/api/v1/orders/{id}", order).exchange();
    }

    private org.springframework.test.web.servlet.client.RestTestClient.BodyContentSpec list(String query) {
        return http().get()
                .uri("/api/v1/orders?" + query)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody();
    }

    private PrepareReply prepare(BranchId branch, String operation, Object payload) {
        return Objects.requireNonNull(post("prepare", new PrepareRequest<>(branch.gid(), operation, 30_000, payload))
                .expectStatus()
                .isOk()
                .expectBody(PrepareReply.class)
                .returnResult()
                .getResponseBody());
    }

    private void finish(String how, BranchId branch) {
        assertThat(finished(how, branch)).isEqualTo(FinishReply.Result.DONE);
    }

    private FinishReply.Result finished(String how, BranchId branch) {
        var reply = Objects.requireNonNull(post(how, new FinishRequest(List.of(branch.gid())))
                .expectStatus()
                .isOk()
                .expectBody(FinishReply.class)
                .returnResult()
                .getResponseBody());
        return reply.results().getFirst().result();
    }

    private ResponseSpec post(String path, Object body) {
        return http().post()
                .uri("/internal/v1/branches/{path}", path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }
}
