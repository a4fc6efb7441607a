package io.covenant.orders.participant;

import io.covenant.orders.customer.Customer;
import io.covenant.orders.order.Order;
import io.covenant.orders.order.OrderLine;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/// The only place that adds orders: each with its lines, and with what its customer is charged for it, in one
/// statement, since each statement is a journey to the database and back.
@Component
class OrderLedger {

    /// The customer's row comes first. An order that the limit speaks against has nowhere to be written from.
    private static final String CHARGED = """
            with customers as (
                update customer
                   set open_amount = open_amount + ?::numeric
                 where id = ? and (credit_limit is null or ?)
                   and open_amount + ?::numeric <= coalesce(credit_limit, ?::numeric)
             returning id
            )""";

    private static final String KNOWN = "with customers as (select ?::text as id)";

    private static final String WRITTEN = """
            , placed as (
                insert into orders (id, customer, state, total, transaction_id, idempotency_key, placed_at)
                select ?::uuid, id, ?, ?::numeric, ?::uuid, ?::text, ?::timestamptz from customers
             returning id
            )
            insert into order_line (order_id, position, sku, name, quantity, unit_price)
            select placed.id, line.number - 1, line.sku, line.name, line.quantity, line.price
              from placed, unnest(?::text[], ?::text[], ?::int[], ?::numeric[])
                           with ordinality as line (sku, name, quantity, price, number)
            """;

    private static final String PLACE = CHARGED + WRITTEN;

    private static final String WRITE = KNOWN + WRITTEN;

    private final JdbcTemplate database;

    OrderLedger(JdbcTemplate database) {
        this.database = database;
    }

    /// Writes an order and charges its customer. The customer is locked until the end of the transaction.
    ///
    /// @param leased whether it happens under the customer's lock; without it, nothing is written where a limit is
    /// @return whether it did; not when there is no such customer or the limit speaks against it
    /// @throws org.springframework.dao.DuplicateKeyException if there is an order of this id, or for this key
    boolean place(Order order, boolean leased) {
        return written(PLACE, order, order.total(), order.customer(), leased, order.total(), Customer.MOST_OPEN);
    }

    /// Writes an order whose customer is charged already.
    ///
    /// @throws org.springframework.dao.DuplicateKeyException if there is an order of this id, or for this key
    void write(Order order) {
        if (!written(WRITE, order, order.customer())) {
            throw new IllegalStateException("an order without lines: " + order.id());
        }
    }

    private boolean written(String sql, Order order, Object... customer) {
        var lines = order.lines();
        var parameters = new ArrayList<@Nullable Object>(List.of(customer));
        parameters.add(order.id());
        parameters.add(order.state().name());
        parameters.add(order.total());
        parameters.add(order.transactionId());
        parameters.add(order.idempotencyKey().orElse(null));
        parameters.add(order.placedAt().atOffset(ZoneOffset.UTC));
        parameters.add(lines.stream().map(OrderLine::sku).toArray(String[]::new));
        parameters.add(lines.stream().map(OrderLine::name).toArray(String[]::new));
        parameters.add(lines.stream().map(OrderLine::quantity).toArray(Integer[]::new));
        parameters.add(
                lines.stream().map(line -> line.unitPrice().toPlainString()).toArray(String[]::new));
        return database.update(sql, parameters.toArray()) == lines.size();
    }
}
