package io.covenant.inventory.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.inventory.RunningInventory;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.PrepareReply.Choice;
import io.covenant.transactions.wire.PrepareRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

class StockParticipantTests extends RunningInventory {

    @Autowired
    private JdbcTemplate database;

    @AfterEach
    void leavesNothingPreparedAndEveryMovementAccountedFor() {
        assertThat(DATABASE.prepared()).isEmpty();
        assertThat(database.queryForList("""
                        select sku from stock_item left join stock_movement using (sku)
                         group by sku, on_hand, held having on_hand + held <> coalesce(sum(quantity), 0)
                        """, String.class)).isEmpty();
    }

    @Test
    void takesStockWhenTheTransactionCommits() {
        var lamp = itemWith(5);
        var desk = itemWith(2);
        var order = UUID.randomUUID();
        var branch = branch();

        assertThat(prepare(branch, "reserve", reservation(order, line(lamp, 3), line(desk, 2))))
                .isEqualTo(new PrepareReply(Choice.YES, null));
        expectOnHand(lamp, 5);
        commit(branch);

        expectOnHand(lamp, 2);
        expectOnHand(desk, 0);
        http().get()
                .uri("/api/v1/stock/{sku}/movements", lamp)
                .exchange()
                .expectBody()
                .jsonPath("$.items[0].quantity")
                .isEqualTo(-3)
                .jsonPath("$.items[0].reason")
                .isEqualTo("ORDER")
                .jsonPath("$.items[0].order")
                .isEqualTo(order.toString())
                .jsonPath("$.items[0].transaction")
                .isEqualTo(branch.transaction().toString());
    }

    @Test
    void takesNothingWhenTheTransactionAborts() {
        var lamp = itemWith(5);
        var branch = branch();

        prepare(branch, "reserve", reservation(UUID.randomUUID(), line(lamp, 3)));
        rollback(branch);

        expectOnHand(lamp, 5);
    }

    @Test
    void givesBackWhatAnOrderTook() {
        var lamp = itemWith(5);
        var order = ordered(lamp, 3);

        committed("release", Map.of("orderId", order));

        expectOnHand(lamp, 5);
        http().get()
                .uri("/api/v1/stock/{sku}/movements", lamp)
                .exchange()
                .expectBody()
                .jsonPath("$.items[0].quantity")
                .isEqualTo(3)
                .jsonPath("$.items[0].reason")
                .isEqualTo("CANCELLATION");
    }

    @Test
    void givesBackOnce() {
        var lamp = itemWith(5);
        var order = ordered(lamp, 3);

        committed("release", Map.of("orderId", order));
        committed("release", Map.of("orderId", order));

        expectOnHand(lamp, 5);
    }

    @Test
    void sellsTheLastOne() {
        var lamp = itemWith(3);

        ordered(lamp, 3);

        expectOnHand(lamp, 0);
    }

    @Test
    void refusesWhenStockIsShortByOne() {
        var lamp = itemWith(3);
        var desk = itemWith(9);

        var reply = prepare(branch(), "reserve", reservation(UUID.randomUUID(), line(desk, 1), line(lamp, 4)));

        expectRefusal(reply, "out-of-stock", Map.of("sku", lamp, "requested", "4", "available", "3"));
        expectOnHand(lamp, 3);
        expectOnHand(desk, 9);
    }

    @Test
    void refusesAnUnknownSku() {
        var lamp = itemWith(3);

        var reply = prepare(branch(), "reserve", reservation(UUID.randomUUID(), line(lamp, 1), line("NONE", 1)));

        expectRefusal(reply, "unknown-sku", Map.of("sku", "NONE"));
        expectOnHand(lamp, 3);
    }

    @Test
    void refusesAnotherPriceThanTheItemHas() {
        var lamp = itemWith(3);

        var reply =
                prepare(branch(), "reserve", reservation(UUID.randomUUID(), new Line(lamp, 1, new BigDecimal("9"))));

        expectRefusal(reply, "price-changed", Map.of("sku", lamp, "expected", "9", "actual", "10.00"));
        expectOnHand(lamp, 3);
    }

    @Test
    void refusesToTakeTwiceForOneOrder() {
        var lamp = itemWith(5);
        var order = ordered(lamp, 1);

        var reply = prepare(branch(), "reserve", reservation(order, line(lamp, 1)));

        expectRefusal(reply, "already-reserved", Map.of("order", order.toString()));
        expectOnHand(lamp, 4);
    }

    @Test
    void refusesToGiveBackWhatNobodyTook() {
        var order = UUID.randomUUID();

        expectRefusal(
                prepare(branch(), "release", Map.of("orderId", order)),
                "unknown-order",
                Map.of("order", order.toString()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                              | payload.
            {"orderId": "x", "lines": []}                                                   | payload.orderId
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "lines": []}                | payload.lines
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "lines": [null]}            | payload.lines[0]
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "lines": [{"sku": "A", "quantity": 0, "unitPrice": 1}]} \
            | payload.lines[0].quantity
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "lines": [{"sku": "A", "quantity": 1, "unitPrice": 1}, \
            {"sku": "A", "quantity": 1, "unitPrice": 1}]}                                   | payload
            {"orderId": "6b1f5d0e-0000-7000-8000-000000000001", "more": 1, "lines": []}     | payload.more
            """)
    void refusesAPayloadByTheFieldThatIsWrong(String payload, String field) {
        post("prepare", """
                {"gid": "%s", "operation": "reserve", "deadlineMillis": 30000, "payload": %s}""".formatted(branch().gid(), payload))
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .value(name -> assertThat(name.toString()).startsWith(field));
    }

    @Test
    void neverSellsMoreThanThereIsNorWaitsForItself() throws Exception {
        var lamp = itemWith(5);
        var desk = itemWith(5);

        var sold = new ArrayList<Future<Boolean>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                // Each second one asks in the opposite order.
                var lines = i % 2 == 0 ? List.of(line(lamp, 1), line(desk, 1)) : List.of(line(desk, 1), line(lamp, 1));
                Callable<Boolean> sell = () -> sold(lines);
                sold.add(threads.submit(sell));
            }
        }

        assertThat(sold.stream().filter(Future::resultNow)).hasSize(5);
        expectOnHand(lamp, 0);
        expectOnHand(desk, 0);
    }

    @Test
    void givesBackOnceWhenAskedManyTimesAtOnce() throws Exception {
        var lamp = itemWith(5);
        var order = ordered(lamp, 5);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                var _ = threads.submit(() -> finished("release", Map.of("orderId", order)));
            }
        }

        expectOnHand(lamp, 5);
    }

    /// Sells until it is done or refused; that a lock or a connection was not free in time is a reason to
    /// try again.
    private boolean sold(List<Line> lines) {
        while (true) {
            var reply = finishedIfAnswered("reserve", Map.of("orderId", UUID.randomUUID(), "lines", lines));
            if (reply.isEmpty()) {
                continue;
            }
            if (reply.get().vote() == Choice.YES) {
                return true;
            }
            var code = Objects.requireNonNull(reply.get().refusal()).code();
            if (!"lock-timeout".equals(code)) {
                assertThat(code).isEqualTo("out-of-stock");
                return false;
            }
        }
    }

    private UUID ordered(String sku, int quantity) {
        var order = UUID.randomUUID();
        committed("reserve", reservation(order, line(sku, quantity)));
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
            commit(branch);
        }
        return Optional.of(reply);
    }

    private static BranchId branch() {
        TransactionId transaction = TransactionIds.next();
        return new BranchId(transaction, new Attempt(1), "inventory");
    }

    private record Line(String sku, int quantity, BigDecimal unitPrice) {}

    private static Map<String, Object> reservation(UUID order, Line... lines) {
        return Map.of("orderId", order, "lines", List.of(lines));
    }

    private static Line line(String sku, int quantity) {
        return new Line(sku, quantity, new BigDecimal("10.00"));
    }

    private static void expectRefusal(PrepareReply reply, String code, Map<String, String> parameters) {
        assertThat(reply.vote()).isEqualTo(Choice.NO);
        var refusal = Objects.requireNonNull(reply.refusal());
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.parameters()).isEqualTo(parameters);
    }

    private PrepareReply prepare(BranchId branch, String operation, Object payload) {
        return Objects.requireNonNull(post("prepare", new PrepareRequest<>(branch.gid(), operation, 30_000, payload))
                .expectStatus()
                .isOk()
                .expectBody(PrepareReply.class)
                .returnResult()
                .getResponseBody());
    }

    private void commit(BranchId branch) {
        finish("commit", branch);
    }

    private void rollback(BranchId branch) {
        finish("rollback", branch);
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
