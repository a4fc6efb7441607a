package io.covenant.orders.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.orders.RunningOrders;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.SettleReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.StepReply;
import io.covenant.transactions.wire.StepRequest;
import io.covenant.transactions.wire.TryReply;
import io.covenant.transactions.wire.TryRequest;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

/// Orders under *try, confirm, cancel* and in sagas, as coordinators see them.
class LocalBranchTests extends RunningOrders {

    @Autowired
    private JdbcTemplate database;

    @AfterEach
    void holdsNothingAndAccountsForEveryAmount() {
        assertThat(database.queryForList("select branch from order_hold", String.class))
                .isEmpty();
        assertThat(database.queryForList("select branch from cancel_hold", String.class))
                .isEmpty();
        assertThat(database.queryForList("""
                        select customer.id from customer left join orders on orders.customer = customer.id
                                                                         and orders.state = 'CONFIRMED'
                         group by customer.id having open_amount <> coalesce(sum(total), 0)
                        """, String.class)).isEmpty();
    }

    @Test
    void chargesWhatIsTriedAndShowsAnOrderWhenItIsConfirmed() {
        var ada = customerWith("100.00");
        var order = UUID.randomUUID();
        var branch = branch();

        assertThat(create(branch, order, ada, null, 3).answer()).isEqualTo(TryReply.Answer.RESERVED);
        get(order).expectStatus().isNotFound();
        http().get()
                .uri("/api/v1/orders?customer=" + ada)
                .exchange()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(0);
        expectOpenAmount(ada, 30.0);

        assertThat(settle("confirm", branch)).isEqualTo(Settled.done(branch.gid()));
        get(order)
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo("CONFIRMED")
                .jsonPath("$.transaction")
                .isEqualTo(branch.transaction().toString())
                .jsonPath("$.total")
                .isEqualTo(30.0)
                .jsonPath("$.lines[0].unitPrice")
                .isEqualTo(10.0);
        expectOpenAmount(ada, 30.0);
    }

    @Test
    void leavesNoOrderAndNoDebtWhenCancelled() {
        var ada = customerWith("100.00");
        var order = UUID.randomUUID();
        var branch = branch();
        create(branch, order, ada, null, 3);

        assertThat(settle("cancel", branch).result()).isEqualTo(Result.DONE);

        get(order).expectStatus().isNotFound();
        expectOpenAmount(ada, 0.0);
    }

    @Test
    void countsWhatIsHeldAgainstTheLimit() {
        var ada = customerWith("30.00");
        var first = branch();
        create(first, UUID.randomUUID(), ada, null, 2);

        expectRefusal(create(branch(), UUID.randomUUID(), ada, null, 2), "credit-limit-exceeded");

        settle("cancel", first);
        var second = branch();
        create(second, UUID.randomUUID(), ada, null, 3);
        settle("confirm", second);
        expectOpenAmount(ada, 30.0);
    }

    @Test
    void refusesTwoOrdersForOneKey() {
        var ada = customerWith("100.00");
        var first = branch();
        create(first, UUID.randomUUID(), ada, "key-of-" + ada, 1);
        expectRefusal(create(branch(), UUID.randomUUID(), ada, "key-of-" + ada, 1), "order-being-placed");
        settle("confirm", first);
        expectRefusal(create(branch(), UUID.randomUUID(), ada, "key-of-" + ada, 1), "duplicate-order");
        expectOpenAmount(ada, 10.0);
    }

    @Test
    void keepsTheCancellationOfAnOrderToOneTransaction() {
        var ada = customerWith("100.00");
        var order = placed(ada);
        var first = branch();
        assertThat(cancel(first, order).answer()).isEqualTo(TryReply.Answer.RESERVED);
        get(order).expectBody().jsonPath("$.state").isEqualTo("CONFIRMED");
        expectRefusal(cancel(branch(), order), "order-being-cancelled");
        expectPrepareRefused(order, "order-being-cancelled");

        settle("cancel", first);
        get(order).expectBody().jsonPath("$.state").isEqualTo("CONFIRMED");
        expectOpenAmount(ada, 10.0);

        var second = branch();
        cancel(second, order);
        assertThat(settle("confirm", second).result()).isEqualTo(Result.DONE);
        get(order)
                .expectBody()
                .jsonPath("$.state")
                .isEqualTo("CANCELLED")
                .jsonPath("$.cancelTransaction")
                .isEqualTo(second.transaction().toString());
        expectOpenAmount(ada, 0.0);
        expectRefusal(cancel(branch(), order), "order-not-cancellable");
    }

    @Test
    void saysThatAnOrderThatWasHeldIsGone() {
        var ada = customerWith("100.00");
        var branch = branch();
        create(branch, UUID.randomUUID(), ada, null, 1);
        database.update("delete from order_hold where branch = ?", branch.gid());

        var settled = settle("confirm", branch);

        assertThat(settled.finding()).isEqualTo(Finding.RESERVATION_GONE);
        database.update("update customer set open_amount = 0 where id = ?", ada);
        database.update("delete from branch_hazard where gid = ?", branch.gid());
        assertThat(settle("cancel", branch).result()).isEqualTo(Result.DONE);
    }

    // Sagas.

    @Test
    void placesAndCancelsAsSteps() {
        var ada = customerWith("100.00");
        var order = UUID.randomUUID();
        var step = branch();
        var payload = newOrder(order, ada, null, 2);

        assertThat(step("act", step, "create", payload).answer()).isEqualTo(StepReply.Answer.DONE);
        assertThat(step("act", step, "create", payload).answer()).isEqualTo(StepReply.Answer.DONE);
        get(order).expectBody().jsonPath("$.state").isEqualTo("CONFIRMED");
        expectOpenAmount(ada, 20.0);

        assertThat(step("act", branch(), "cancel", Map.of("orderId", order)).answer())
                .isEqualTo(StepReply.Answer.DONE);
        get(order).expectBody().jsonPath("$.state").isEqualTo("CANCELLED");
        expectOpenAmount(ada, 0.0);
    }

    @Test
    void placesNothingAfterItsFence() {
        var ada = customerWith("100.00");
        var order = UUID.randomUUID();
        var step = branch();
        var payload = newOrder(order, ada, null, 2);

        assertThat(step("fence", step, "create", payload).answer()).isEqualTo(StepReply.Answer.FENCED);
        assertThat(step("act", step, "create", payload).answer()).isEqualTo(StepReply.Answer.REFUSED);
        get(order).expectStatus().isNotFound();
    }

    @Test
    void hasNoCompensationForWhatCustomersHaveSeen() {
        http().post()
                .uri("/internal/v1/steps/undo")
                .contentType(MediaType.APPLICATION_JSON)
                .body(new StepRequest<>(branch().gid(), "create", newOrder(UUID.randomUUID(), "ada", null, 1)))
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("unsupported-protocol");
    }

    private UUID placed(String customer) {
        var order = UUID.randomUUID();
        step("act", branch(), "create", newOrder(order, customer, null, 1));
        return order;
    }

    private static Map<String, Object> newOrder(UUID order, String customer, @Nullable String key, int quantity) {
        var payload = new HashMap<String, Object>();
        payload.put("orderId", order);
        payload.put("customer", customer);
        payload.put(
                "lines",
                List.of(Map.of(
                        "sku", "LAMP", "name", "Lamp", "quantity", quantity, "unitPrice", new BigDecimal("10.00"))));
        payload.put("lease", Map.of("token", 1, "holder", "orders-1, session 7"));
        if (key != null) {
            payload.put("idempotencyKey", key);
        }
        return payload;
    }

    private static BranchId branch() {
        return new BranchId(
                TransactionIds.next(), new Attempt(ThreadLocalRandom.current().nextLong() >>> 1), "orders");
    }

    private static void expectRefusal(TryReply reply, String code) {
        assertThat(reply.answer()).isEqualTo(TryReply.Answer.REFUSED);
        assertThat(Objects.requireNonNull(reply.refusal()).code()).isEqualTo(code);
    }

    private void expectPrepareRefused(UUID order, String code) {
        http().post()
                .uri("/internal/v1/branches/prepare")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of(
                        "gid",
                        branch().gid(),
                        "operation",
                        "cancel",
                        "deadlineMillis",
                        30_000,
                        "payload",
                        Map.of("orderId", order)))
                .exchange()
                .expectBody()
                .jsonPath("$.refusal.code")
                .isEqualTo(code);
    }

    private ResponseSpec get(UUID order) {
        return http().get().uri("/api/v1/orders/{id}", order).exchange();
    }

    private TryReply create(BranchId branch, UUID order, String customer, @Nullable String key, int quantity) {
        return tried(branch, "create", newOrder(order, customer, key, quantity));
    }

    private TryReply cancel(BranchId branch, UUID order) {
        return tried(branch, "cancel", Map.of("orderId", order));
    }

    private TryReply tried(BranchId branch, String operation, Object payload) {
        return post(
                "/internal/v1/branches/try",
                new TryRequest<>(branch.gid(), operation, 30_000, payload),
                TryReply.class);
    }

    private Settled settle(String how, BranchId branch) {
        return post("/internal/v1/branches/" + how, Map.of("gids", List.of(branch.gid())), SettleReply.class)
                .results()
                .getFirst();
    }

    private StepReply step(String ask, BranchId step, String operation, Object payload) {
        return post("/internal/v1/steps/" + ask, new StepRequest<>(step.gid(), operation, payload), StepReply.class);
    }

    private <T> T post(String path, Object body, Class<T> type) {
        return Objects.requireNonNull(http().post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(type)
                .returnResult()
                .getResponseBody());
    }
}
