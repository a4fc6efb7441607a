package io.covenant.inventory.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.inventory.RunningInventory;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.SettleReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.StepReply;
import io.covenant.transactions.wire.StepRequest;
import io.covenant.transactions.wire.TryReply;
import io.covenant.transactions.wire.TryRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;

/// Inventory under *try, confirm, cancel* and in sagas, as coordinators see it.
class LocalBranchTests extends RunningInventory {

    @Autowired
    private JdbcTemplate database;

    @AfterEach
    void holdsNothingAndAccountsForEveryPiece() {
        assertThat(database.queryForList("select branch from stock_hold", String.class))
                .isEmpty();
        assertThat(database.queryForList("select branch from stock_return", String.class))
                .isEmpty();
        assertThat(database.queryForList("""
                        select sku from stock_item left join stock_movement using (sku)
                         group by sku, on_hand, held having held <> 0 or on_hand <> coalesce(sum(quantity), 0)
                        """, String.class)).isEmpty();
    }

    @Test
    void holdsWhatIsTriedAndTakesItWhenConfirmed() {
        var lamp = itemWith(5);
        var desk = itemWith(2);
        var branch = branch();

        assertThat(reserve(branch, UUID.randomUUID(), line(lamp, 3), line(desk, 2))
                        .answer())
                .isEqualTo(TryReply.Answer.RESERVED);
        item(lamp).jsonPath("$.onHand").isEqualTo(2).jsonPath("$.held").isEqualTo(3);
        item(desk).jsonPath("$.onHand").isEqualTo(0).jsonPath("$.held").isEqualTo(2);

        assertThat(settle("confirm", branch)).isEqualTo(Settled.done(branch.gid()));
        item(lamp).jsonPath("$.onHand").isEqualTo(2).jsonPath("$.held").isEqualTo(0);
        http().get()
                .uri("/api/v1/stock/{sku}/movements", lamp)
                .exchange()
                .expectBody()
                .jsonPath("$.items[0].quantity")
                .isEqualTo(-3)
                .jsonPath("$.items[0].reason")
                .isEqualTo("ORDER");
    }

    @Test
    void givesBackWhatIsHeldWhenCancelled() {
        var lamp = itemWith(5);
        var branch = branch();
        reserve(branch, UUID.randomUUID(), line(lamp, 3));

        assertThat(settle("cancel", branch).result()).isEqualTo(Result.DONE);

        item(lamp).jsonPath("$.onHand").isEqualTo(5).jsonPath("$.held").isEqualTo(0);
    }

    @Test
    void keepsWhatIsHeldFromEverybodyElse() {
        var lamp = itemWith(5);
        var first = branch();
        reserve(first, UUID.randomUUID(), line(lamp, 3));

        var refused = reserve(branch(), UUID.randomUUID(), line(lamp, 3));

        assertThat(refused.answer()).isEqualTo(TryReply.Answer.REFUSED);
        assertThat(Objects.requireNonNull(refused.refusal()).code()).isEqualTo("out-of-stock");
        assertThat(refused.refusal().parameters()).containsEntry("available", "2");
        settle("cancel", first);
    }

    @Test
    void putsBackWhatACancelledOrderTook() {
        var lamp = itemWith(5);
        var order = UUID.randomUUID();
        var placed = branch();
        reserve(placed, order, line(lamp, 3));
        settle("confirm", placed);

        var kept = branch();
        assertThat(tried(kept, "release", Map.of("orderId", order)).answer()).isEqualTo(TryReply.Answer.RESERVED);
        settle("cancel", kept);
        expectOnHand(lamp, 2);

        var cancelled = branch();
        tried(cancelled, "release", Map.of("orderId", order));
        expectOnHand(lamp, 2);
        assertThat(settle("confirm", cancelled).result()).isEqualTo(Result.DONE);
        expectOnHand(lamp, 5);
    }

    @Test
    void refusesToPutBackWhatNoOrderTook() {
        var refused = tried(branch(), "release", Map.of("orderId", UUID.randomUUID()));
        assertThat(Objects.requireNonNull(refused.refusal()).code()).isEqualTo("unknown-order");
    }

    @Test
    void refusesAnOrderThatHasTakenStockBefore() {
        var lamp = itemWith(5);
        var order = UUID.randomUUID();
        var first = branch();
        reserve(first, order, line(lamp, 1));
        settle("confirm", first);

        var refused = reserve(branch(), order, line(lamp, 1));
        assertThat(Objects.requireNonNull(refused.refusal()).code()).isEqualTo("already-reserved");
    }

    @Test
    void saysThatWhatWasHeldIsGone() {
        var lamp = itemWith(5);
        var branch = branch();
        reserve(branch, UUID.randomUUID(), line(lamp, 3));
        database.update(
                "with gone as (delete from stock_hold where branch = ? returning *) "
                        + "update stock_item item set held = held - gone.quantity, on_hand = on_hand + gone.quantity "
                        + "from gone where item.sku = gone.sku",
                branch.gid());

        var settled = settle("confirm", branch);
        assertThat(settled.result()).isEqualTo(Result.HAZARD);
        assertThat(settled.finding()).isEqualTo(Finding.RESERVATION_GONE);
        database.update("delete from branch_hazard where gid = ?", branch.gid());
        settle("cancel", branch);
    }

    @Test
    void countsWhatIsHeldAsReserved() {
        var lamp = itemWith(5);
        var branch = branch();
        reserve(branch, UUID.randomUUID(), line(lamp, 3));

        http().post()
                .uri("/api/v1/stock/{sku}/counts", lamp)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("quantity", 4, "reason", "counted"))
                .exchange()
                .expectStatus()
                .is2xxSuccessful();

        item(lamp).jsonPath("$.onHand").isEqualTo(1).jsonPath("$.held").isEqualTo(3);
        settle("cancel", branch);
        expectOnHand(lamp, 4);
    }

    @Test
    void neverHoldsMoreThanThereIsHoweverManyTry() throws Exception {
        var lamp = itemWith(5);
        var branches = new ArrayList<BranchId>();
        var trying = new ArrayList<Callable<TryReply.Answer>>();
        for (int i = 0; i < 12; i++) {
            var branch = branch();
            branches.add(branch);
            trying.add(() -> reserve(branch, UUID.randomUUID(), line(lamp, 1)).answer());
        }
        var answers = new ArrayList<TryReply.Answer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(trying)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers).filteredOn(TryReply.Answer.RESERVED::equals).hasSize(5);
        item(lamp).jsonPath("$.onHand").isEqualTo(0).jsonPath("$.held").isEqualTo(5);
        branches.forEach(branch -> settle("cancel", branch));
        expectOnHand(lamp, 5);
    }

    // Sagas.

    @Test
    void takesAsAStepAndPutsBackAsItsCompensation() {
        var lamp = itemWith(5);
        var step = branch();
        var payload = reservation(UUID.randomUUID(), line(lamp, 3));

        assertThat(step("act", step, "reserve", payload).answer()).isEqualTo(StepReply.Answer.DONE);
        expectOnHand(lamp, 2);
        assertThat(step("undo", step, "reserve", payload).answer()).isEqualTo(StepReply.Answer.UNDONE);
        expectOnHand(lamp, 5);
        http().get()
                .uri("/api/v1/stock/{sku}/movements", lamp)
                .exchange()
                .expectBody()
                .jsonPath("$.items[0].reason")
                .isEqualTo("COMPENSATION");
    }

    @Test
    void takesNothingAfterItsCompensation() {
        var lamp = itemWith(5);
        var step = branch();
        var payload = reservation(UUID.randomUUID(), line(lamp, 3));

        assertThat(step("undo", step, "reserve", payload).answer()).isEqualTo(StepReply.Answer.UNDONE);
        assertThat(step("act", step, "reserve", payload).answer()).isEqualTo(StepReply.Answer.REFUSED);
        expectOnHand(lamp, 5);
    }

    @Test
    void putsBackAsAStepOfACancellation() {
        var lamp = itemWith(5);
        var order = UUID.randomUUID();
        step("act", branch(), "reserve", reservation(order, line(lamp, 3)));

        assertThat(step("act", branch(), "release", Map.of("orderId", order)).answer())
                .isEqualTo(StepReply.Answer.DONE);
        expectOnHand(lamp, 5);
    }

    private record Line(String sku, int quantity, BigDecimal unitPrice) {}

    private static Line line(String sku, int quantity) {
        return new Line(sku, quantity, new BigDecimal("10.00"));
    }

    private static Map<String, Object> reservation(UUID order, Line... lines) {
        return Map.of("orderId", order, "lines", List.of(lines));
    }

    private static BranchId branch() {
        return new BranchId(
                TransactionIds.next(), new Attempt(ThreadLocalRandom.current().nextLong() >>> 1), "inventory");
    }

    private TryReply reserve(BranchId branch, UUID order, Line... lines) {
        return tried(branch, "reserve", reservation(order, lines));
    }

    private TryReply tried(BranchId branch, String operation, Object payload) {
        return post(
                "/internal/v1/branches/try",
                new TryRequest<>(branch.gid(), operation, 30_000, payload),
                TryReply.class);
    }

    private Settled settle(String how, BranchId branch) {
        return post("/internal/v1/branches/" + how, new FinishRequest(List.of(branch.gid())), SettleReply.class)
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
