package io.covenant.orders.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.orders.RunningOrders;
import io.covenant.orders.order.Order;
import io.covenant.orders.order.OrderLine;
import io.covenant.orders.order.OrderState;
import io.covenant.orders.order.Orders;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Each statement by itself, without a transaction around it that would take back what it should not have done.
class OrderLedgerTests extends RunningOrders {

    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");

    @Autowired
    private OrderLedger ledger;

    @Autowired
    private Orders orders;

    @Autowired
    private JdbcTemplate database;

    @Autowired
    private PlatformTransactionManager transactions;

    @Test
    void placesAnOrderAsItIsAndChargesItsCustomer() {
        var ada = customerWith("100.00");
        var order = orderOf(ada, "key of " + ada, line("DESK", 2, "0.10"), line("LAMP", 3, "10.00"));

        assertThat(ledger.place(order, true)).isTrue();

        var found = orders.find(order.id()).orElseThrow();
        assertThat(found.customer()).isEqualTo(ada);
        assertThat(found.state()).isEqualTo(OrderState.CONFIRMED);
        assertThat(found.total()).isEqualByComparingTo("30.20");
        assertThat(found.transactionId()).isEqualTo(order.transactionId());
        assertThat(found.idempotencyKey()).contains("key of " + ada);
        assertThat(found.placedAt()).isEqualTo(AT);
        assertThat(found.cancelledAt()).isEmpty();
        assertThat(found.lines()).containsExactly(line("DESK", 2, "0.10"), line("LAMP", 3, "10.00"));
        expectOpenAmount(ada, 30.2);
    }

    @Test
    void keepsTheOrderOfManyLines() {
        var ada = customerWith("1000.00");
        var lines = IntStream.range(0, 100)
                .mapToObj(number -> line("SKU-" + (number * 37 % 100), 1, "1.00"))
                .toArray(OrderLine[]::new);
        var order = orderOf(ada, null, lines);

        ledger.place(order, true);

        assertThat(orders.find(order.id()).orElseThrow().lines()).containsExactly(lines);
    }

    @Test
    void writesNothingThatTheLimitSpeaksAgainst() {
        var ada = customerWith("29.99");
        var order = orderOf(ada, null, line("LAMP", 3, "10.00"));

        assertThat(ledger.place(order, true)).isFalse();

        assertThat(orders.find(order.id())).isEmpty();
        expectOpenAmount(ada, 0.0);
    }

    @Test
    void writesNothingForACustomerWithALimitWithoutTheLock() {
        var ada = customerWith("100.00");
        var order = orderOf(ada, null, line("LAMP", 3, "10.00"));

        assertThat(ledger.place(order, false)).isFalse();

        assertThat(orders.find(order.id())).isEmpty();
        expectOpenAmount(ada, 0.0);
    }

    @Test
    void writesNothingForNobody() {
        var order = orderOf("nobody", null, line("LAMP", 3, "10.00"));

        assertThat(ledger.place(order, true)).isFalse();

        assertThat(orders.find(order.id())).isEmpty();
    }

    @Test
    void chargesNothingForASecondOrderOfTheSameKey() {
        var ada = customerWith("100.00");
        ledger.place(orderOf(ada, "twice by " + ada, line("LAMP", 3, "10.00")), true);
        var second = orderOf(ada, "twice by " + ada, line("LAMP", 1, "10.00"));

        assertThatThrownBy(() -> ledger.place(second, true)).isInstanceOf(DuplicateKeyException.class);

        assertThat(orders.find(second.id())).isEmpty();
        expectOpenAmount(ada, 30.0);
    }

    @Test
    void writesAnOrderWhoseCustomerIsChargedAlready() {
        var ada = customerWith("100.00");
        database.update("update customer set open_amount = 30 where id = ?", ada);
        var order = orderOf(ada, null, line("LAMP", 3, "10.00"));

        ledger.write(order);

        assertThat(orders.find(order.id()).orElseThrow().lines()).containsExactly(line("LAMP", 3, "10.00"));
        expectOpenAmount(ada, 30.0);
    }

    /// The plan of such a statement stays while its tables grow.
    @Test
    void readsNoTableFromEndToEndHoweverSmallItIs() {
        var ada = customerWith("100.00");
        new JdbcTemplate(DATABASE.owner()).execute("analyze customer, orders, order_line");

        var read = new TransactionTemplate(transactions).execute(_ -> {
            ledger.place(orderOf(ada, null, line("LAMP", 3, "10.00")), true);
            return database.queryForList(
                    "select relname from pg_stat_xact_user_tables where seq_scan > 0", String.class);
        });

        assertThat(read).isEmpty();
        expectOpenAmount(ada, 30.0);
    }

    private static Order orderOf(String customer, @Nullable String key, OrderLine... lines) {
        return Order.confirmed(UUID.randomUUID(), customer, List.of(lines), UUID.randomUUID(), key, AT);
    }

    private static OrderLine line(String sku, int quantity, String price) {
        return new OrderLine(sku, "A " + sku, quantity, new BigDecimal(price));
    }
}
