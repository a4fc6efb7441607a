package io.covenant.benchmarks.transactions;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/// What the three databases say when nobody works on them.
///
/// @param onHand units on the shelves, over all articles
/// @param itemsOff articles whose units on hand are not the sum of their movements
/// @param orders how many there are
/// @param orderIds a digest of their ids, whatever their order
/// @param reservations how many orders have taken stock
/// @param reservationIds a digest of the ids of these orders, whatever their order
/// @param customersOff customers whose open amount is not the sum of their orders
/// @param prepared transactions that wait for a decision, on all servers
/// @param held reservations that are neither used nor given back
/// @param decisions to commit that the contestant has recorded; empty when it keeps none that could be counted
record Books(
        long onHand,
        long itemsOff,
        long orders,
        String orderIds,
        long reservations,
        String reservationIds,
        long customersOff,
        long prepared,
        long held,
        OptionalLong decisions) {

    private static final String ORDERS = """
            select count(*), coalesce(sum(hashtextextended(id::text, 0)::numeric), 0) from orders where state = 'CONFIRMED'
            """;

    /// Not those whose saga has put it back.
    private static final String TOOK_STOCK =
            "select order_id from stock_movement where order_id is not null group by order_id having sum(quantity) < 0";

    private static final String RESERVATIONS = """
            select count(*), coalesce(sum(hashtextextended(order_id::text, 0)::numeric), 0)
              from (%s)
            """.formatted(TOOK_STOCK);

    private static final String ITEMS_OFF = """
            select count(*)
              from stock_item
              left join (select sku, sum(quantity) as moved from stock_movement group by sku) using (sku)
             where on_hand <> coalesce(moved, 0)
            """;

    private static final String CUSTOMERS_OFF = """
            select count(*)
              from customer
              left join (select customer, sum(total) as owed from orders where state = 'CONFIRMED' group by customer)
                     on customer = id
             where open_amount <> coalesce(owed, 0)
            """;

    private static final int MOST_ODD_ORDERS = 10;

    static Books read(Databases databases, OptionalLong decisions) throws SQLException {
        List<String> orders = databases.orders().row(ORDERS);
        List<String> reservations = databases.inventory().row(RESERVATIONS);
        long prepared = 0;
        for (Database database : databases.all()) {
            prepared += database.prepared();
        }
        return new Books(
                databases.inventory().number("select sum(on_hand) from stock_item"),
                databases.inventory().number(ITEMS_OFF),
                Long.parseLong(orders.getFirst()),
                orders.getLast(),
                Long.parseLong(reservations.getFirst()),
                reservations.getLast(),
                databases.orders().number(CUSTOMERS_OFF),
                prepared,
                databases.orders().number("select count(*) from order_hold")
                        + databases.inventory().number("select count(*) from stock_hold"),
                decisions);
    }

    /// The same, with the decisions of another contestant.
    Books with(OptionalLong others) {
        return new Books(
                onHand, itemsOff, orders, orderIds, reservations, reservationIds, customersOff, prepared, held, others);
    }

    /// What is wrong with these books, given those before and what clients were told since: one sentence each.
    List<String> violations(Books before, long committed, long unclear) {
        var found = new ArrayList<String>();
        if (unclear > 0) {
            found.add(unclear + " orders ended without a clear answer");
        }
        if (prepared != 0) {
            found.add(prepared + " prepared transactions are left");
        }
        if (held != 0) {
            found.add(held + " reservations are left");
        }
        if (itemsOff != 0) {
            found.add(itemsOff + " articles have another number on hand than the sum of their movements");
        }
        if (customersOff != 0) {
            found.add(customersOff + " customers owe another amount than the sum of their orders");
        }
        if (!orderIds.equals(reservationIds)) {
            found.add("the " + orders + " orders and the " + reservations + " that took stock are not the same ones");
        }
        compare(found, "orders were written", orders - before.orders, committed);
        compare(found, "units left the shelves", before.onHand - onHand, committed * Purchase.QUANTITY);
        if (decisions.isPresent() && before.decisions.isPresent()) {
            long recorded = decisions.getAsLong() - before.decisions.getAsLong();
            compare(found, "decisions to commit were recorded", recorded, committed);
        }
        return List.copyOf(found);
    }

    /// Orders that only one of the two databases knows, a few of them: one sentence each.
    static List<String> oddOrders(Databases databases) throws SQLException {
        Set<String> written = databases.orders().column("select id from orders where state = 'CONFIRMED'");
        Set<String> reserved = databases.inventory().column(TOOK_STOCK);
        return Stream.concat(
                        written.stream()
                                .filter(order -> !reserved.contains(order))
                                .map(order -> "order " + order + " has taken no stock"),
                        reserved.stream()
                                .filter(order -> !written.contains(order))
                                .map(order -> "stock was taken for " + order + ", which is no order"))
                .limit(MOST_ODD_ORDERS)
                .toList();
    }

    private static void compare(List<String> found, String what, long is, long told) {
        if (is != told) {
            found.add(is + " " + what + ", but " + told + " follow from what the clients were told");
        }
    }
}
