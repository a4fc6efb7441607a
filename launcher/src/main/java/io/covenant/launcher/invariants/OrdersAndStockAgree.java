package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;

record OrdersAndStockAgree(DataSource orders, DataSource inventory) implements Check {

    /// One article of one order, as one of the services sees it.
    private record Taken(long taken, long givenBack) {}

    @Override
    public String sentence() {
        return "an order exists exactly when its stock is taken, and a cancelled one has given all back";
    }

    /// Orders are read first: whatever is committed in both databases by then is seen in both.
    @Override
    public Sight look() throws SQLException {
        var states = new TreeMap<String, Integer>();
        Map<UUID, Map<String, Taken>> ordered = ordered(states);
        Map<UUID, Map<String, Taken>> moved = moved();
        Set<UUID> all = new HashSet<>(ordered.keySet());
        all.addAll(moved.keySet());
        List<String> violations = new ArrayList<>();
        for (UUID order : all) {
            Map<String, Taken> wanted = ordered.getOrDefault(order, Map.of());
            Map<String, Taken> got = moved.getOrDefault(order, Map.of());
            if (!wanted.equals(got)) {
                violations.add(
                        "order %s: orders says %s, inventory says %s".formatted(order, words(wanted), words(got)));
            }
        }
        violations.sort(null);
        return Sight.of("%,d orders %s".formatted(ordered.size(), states), violations);
    }

    private Map<UUID, Map<String, Taken>> ordered(Map<String, Integer> states) throws SQLException {
        var ordered = new HashMap<UUID, Map<String, Taken>>();
        Rows.each(orders, """
                select id, state, sku, quantity from orders left join order_line on order_id = id
                """, row -> {
            UUID order = row.getObject("id", UUID.class);
            String state = row.getString("state");
            if (!ordered.containsKey(order)) {
                states.merge(state, 1, Integer::sum);
            }
            Map<String, Taken> lines = ordered.computeIfAbsent(order, _ -> new HashMap<>());
            long quantity = row.getLong("quantity");
            lines.put(
                    String.valueOf(row.getString("sku")),
                    new Taken(quantity, "CANCELLED".equals(state) ? quantity : 0));
        });
        return ordered;
    }

    private Map<UUID, Map<String, Taken>> moved() throws SQLException {
        var moved = new HashMap<UUID, Map<String, Taken>>();
        Rows.each(
                inventory,
                """
                select order_id, sku,
                       coalesce(-sum(quantity) filter (where reason in ('ORDER', 'COMPENSATION')), 0) as taken,
                       coalesce(sum(quantity) filter (where reason = 'CANCELLATION'), 0) as given_back
                  from stock_movement where order_id is not null group by order_id, sku
                having -sum(quantity) filter (where reason in ('ORDER', 'COMPENSATION')) <> 0
                    or bool_or(reason = 'CANCELLATION')
                """,
                row -> moved.computeIfAbsent(row.getObject("order_id", UUID.class), _ -> new HashMap<>())
                        .put(row.getString("sku"), new Taken(row.getLong("taken"), row.getLong("given_back"))));
        return moved;
    }

    private static String words(Map<String, Taken> articles) {
        if (articles.isEmpty()) {
            return "nothing";
        }
        var words = new ArrayList<String>();
        new TreeMap<>(articles)
                .forEach((sku, taken) ->
                        words.add("%d of %s taken, %d given back".formatted(taken.taken(), sku, taken.givenBack())));
        return String.join(", ", words);
    }
}
