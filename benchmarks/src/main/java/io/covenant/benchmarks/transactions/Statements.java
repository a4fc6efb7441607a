package io.covenant.benchmarks.transactions;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/// The work of both branches, where it is done at once, as plain SQL, on the tables of the services.
final class Statements {

    /// The state of a statement that waited for a row longer than `lock_timeout`.
    static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final BigDecimal TOTAL = Purchase.PRICE.multiply(BigDecimal.valueOf(Purchase.QUANTITY));

    private static final String CHARGE = "update customer set open_amount = open_amount + ?"
            + " where id = ? and open_amount + ? <= coalesce(credit_limit, 9999999999.99)";

    private static final String INSERT_ORDER =
            "insert into orders (id, customer, state, total, transaction_id, placed_at)"
                    + " values (?, ?, 'CONFIRMED', ?, ?, ?)";

    private static final String INSERT_LINE =
            "insert into order_line (order_id, position, sku, name, quantity, unit_price)"
                    + " values (?, 1, ?, ?, ?, ?)";

    private static final String TAKE =
            "update stock_item set on_hand = on_hand - ? where sku = ? and on_hand >= ? and price = ?";

    private static final String INSERT_MOVEMENT =
            "insert into stock_movement (id, sku, quantity, reason, order_id, transaction_id, at)"
                    + " values (?, ?, ?, 'ORDER', ?, ?, ?)";

    private Statements() {}

    /// What `orders/create` does; false when the customer may not owe that much.
    static boolean create(Connection connection, Purchase purchase) throws SQLException {
        if (!charge(connection, purchase)) {
            return false;
        }
        write(connection, purchase);
        return true;
    }

    /// False when the customer may not owe that much.
    static boolean charge(Connection connection, Purchase purchase) throws SQLException {
        try (PreparedStatement charge = connection.prepareStatement(CHARGE)) {
            charge.setBigDecimal(1, TOTAL);
            charge.setString(2, purchase.customer());
            charge.setBigDecimal(3, TOTAL);
            return charge.executeUpdate() == 1;
        }
    }

    /// The order, and its only line.
    static void write(Connection connection, Purchase purchase) throws SQLException {
        try (PreparedStatement order = connection.prepareStatement(INSERT_ORDER)) {
            order.setObject(1, purchase.order());
            order.setString(2, purchase.customer());
            order.setBigDecimal(3, TOTAL);
            order.setObject(4, purchase.order());
            order.setObject(5, OffsetDateTime.now(ZoneOffset.UTC));
            order.executeUpdate();
        }
        try (PreparedStatement line = connection.prepareStatement(INSERT_LINE)) {
            line.setObject(1, purchase.order());
            line.setString(2, purchase.sku());
            line.setString(3, Purchase.ARTICLE);
            line.setInt(4, Purchase.QUANTITY);
            line.setBigDecimal(5, Purchase.PRICE);
            line.executeUpdate();
        }
    }

    /// What `inventory/reserve` does; false when there is not enough, or not at this price.
    static boolean reserve(Connection connection, Purchase purchase) throws SQLException {
        try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setInt(1, Purchase.QUANTITY);
            take.setString(2, purchase.sku());
            take.setInt(3, Purchase.QUANTITY);
            take.setBigDecimal(4, Purchase.PRICE);
            if (take.executeUpdate() == 0) {
                return false;
            }
        }
        try (PreparedStatement movement = connection.prepareStatement(INSERT_MOVEMENT)) {
            movement.setObject(1, Catalogue.newId());
            movement.setString(2, purchase.sku());
            movement.setInt(3, -Purchase.QUANTITY);
            movement.setObject(4, purchase.order());
            movement.setObject(5, purchase.order());
            movement.setObject(6, OffsetDateTime.now(ZoneOffset.UTC));
            movement.executeUpdate();
        }
        return true;
    }
}
