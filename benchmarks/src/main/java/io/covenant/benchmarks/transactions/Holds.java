package io.covenant.benchmarks.transactions;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/// The work of both branches under *try, confirm, cancel* as plain SQL, and how a saga puts stock back, on the
/// tables of the services.
final class Holds {

    private static final BigDecimal TOTAL = Purchase.PRICE.multiply(BigDecimal.valueOf(Purchase.QUANTITY));

    private static final String HOLD_ORDER = """
            insert into order_hold (branch, transaction_id, order_id, customer, total, content, at)
            values (?, ?, ?, ?, ?, to_jsonb(?::text), ?)
            """;

    private static final String END_ORDER =
            "delete from order_hold where branch = ? returning order_id, customer, content #>> '{}'";

    private static final String CREDIT = "update customer set open_amount = open_amount - ? where id = ?";

    private static final String HOLD_STOCK = """
            with held as (
                update stock_item set on_hand = on_hand - ?, held = held + ? where sku = ? and on_hand >= ? and price = ?
             returning sku)
            insert into stock_hold (branch, sku, quantity, order_id, transaction_id, movement_id, at)
            select ?, sku, ?, ?, ?, ?, ? from held
            """;

    private static final String TAKE_STOCK = """
            with ended as (delete from stock_hold where branch = ? returning *),
                 taken as (update stock_item item set held = item.held - ended.quantity from ended where item.sku = ended.sku)
            insert into stock_movement (id, sku, quantity, reason, order_id, transaction_id, at)
            select movement_id, sku, -quantity, 'ORDER', order_id, transaction_id, ? from ended
            """;

    private static final String GIVE_BACK_STOCK = """
            with ended as (delete from stock_hold where branch = ? returning *)
            update stock_item item set held = item.held - ended.quantity, on_hand = item.on_hand + ended.quantity
              from ended where item.sku = ended.sku
            """;

    private static final String PUT_BACK = """
            with back as (update stock_item set on_hand = on_hand + ? where sku = ? returning sku)
            insert into stock_movement (id, sku, quantity, reason, order_id, transaction_id, at)
            select ?, sku, ?, 'COMPENSATION', ?, ?, ? from back
            """;

    private Holds() {}

    /// Charges the customer and keeps what the order will be; false when the customer may not owe that much.
    static boolean tryOrder(Connection connection, String branch, Purchase purchase) throws SQLException {
        if (!Statements.charge(connection, purchase)) {
            return false;
        }
        try (PreparedStatement hold = connection.prepareStatement(HOLD_ORDER)) {
            hold.setString(1, branch);
            hold.setObject(2, purchase.order());
            hold.setObject(3, purchase.order());
            hold.setString(4, purchase.customer());
            hold.setBigDecimal(5, TOTAL);
            hold.setString(6, purchase.sku());
            hold.setObject(7, now());
            return hold.executeUpdate() == 1;
        }
    }

    /// Writes the order; false when none is held.
    static boolean confirmOrder(Connection connection, String branch) throws SQLException {
        Optional<Purchase> held = end(connection, branch);
        if (held.isPresent()) {
            Statements.write(connection, held.get());
        }
        return held.isPresent();
    }

    /// Takes the amount off the customer's account, if an order is held.
    static void cancelOrder(Connection connection, String branch) throws SQLException {
        Optional<Purchase> held = end(connection, branch);
        if (held.isPresent()) {
            try (PreparedStatement credit = connection.prepareStatement(CREDIT)) {
                credit.setBigDecimal(1, TOTAL);
                credit.setString(2, held.get().customer());
                credit.executeUpdate();
            }
        }
    }

    private static Optional<Purchase> end(Connection connection, String branch) throws SQLException {
        try (PreparedStatement end = connection.prepareStatement(END_ORDER)) {
            end.setString(1, branch);
            try (var held = end.executeQuery()) {
                return held.next()
                        ? Optional.of(new Purchase(held.getObject(1, UUID.class), held.getString(2), held.getString(3)))
                        : Optional.empty();
            }
        }
    }

    /// Holds the stock of an order; false when there is not enough, or not at this price.
    static boolean tryStock(Connection connection, String branch, Purchase purchase) throws SQLException {
        try (PreparedStatement hold = connection.prepareStatement(HOLD_STOCK)) {
            hold.setInt(1, Purchase.QUANTITY);
            hold.setInt(2, Purchase.QUANTITY);
            hold.setString(3, purchase.sku());
            hold.setInt(4, Purchase.QUANTITY);
            hold.setBigDecimal(5, Purchase.PRICE);
            hold.setString(6, branch);
            hold.setInt(7, Purchase.QUANTITY);
            hold.setObject(8, purchase.order());
            hold.setObject(9, purchase.order());
            hold.setObject(10, Catalogue.newId());
            hold.setObject(11, now());
            return hold.executeUpdate() == 1;
        }
    }

    /// The order takes what is held; false when nothing is.
    static boolean confirmStock(Connection connection, String branch) throws SQLException {
        try (PreparedStatement take = connection.prepareStatement(TAKE_STOCK)) {
            take.setString(1, branch);
            take.setObject(2, now());
            return take.executeUpdate() == 1;
        }
    }

    /// What is held, if anything is, can be ordered again.
    static void cancelStock(Connection connection, String branch) throws SQLException {
        try (PreparedStatement back = connection.prepareStatement(GIVE_BACK_STOCK)) {
            back.setString(1, branch);
            back.executeUpdate();
        }
    }

    /// Puts back what was taken for an order that will not be.
    static void putBack(Connection connection, Purchase purchase) throws SQLException {
        try (PreparedStatement back = connection.prepareStatement(PUT_BACK)) {
            back.setInt(1, Purchase.QUANTITY);
            back.setString(2, purchase.sku());
            back.setObject(3, Catalogue.newId());
            back.setInt(4, Purchase.QUANTITY);
            back.setObject(5, purchase.order());
            back.setObject(6, purchase.order());
            back.setObject(7, now());
            back.executeUpdate();
        }
    }

    private static OffsetDateTime now() {
        return OffsetDateTime.now(ZoneOffset.UTC);
    }
}
