package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.util.ArrayList;
import javax.sql.DataSource;

record StockIsTheSumOfItsMovements(DataSource inventory) implements Check {

    @Override
    public String sentence() {
        return "stock on hand, with what is held, is the sum of its movements and never negative";
    }

    @Override
    public Sight look() throws SQLException {
        var violations = new ArrayList<String>();
        var totals = new long[3];
        Rows.each(inventory, """
                select sku, on_hand, stock_item.held, coalesce(moved, 0) as moved, coalesce(movements, 0) as movements,
                       coalesce(h.holds, 0) as holds
                  from stock_item
                  left join (select sku, sum(quantity) as moved, count(*) as movements from stock_movement group by sku) s
                       using (sku)
                  left join (select sku, sum(quantity) as holds from stock_hold group by sku) h using (sku)
                """, row -> {
            long onHand = row.getLong("on_hand");
            long moved = row.getLong("moved");
            totals[0]++;
            totals[1] += row.getLong("movements");
            totals[2] += onHand;
            long held = row.getLong("held");
            if (onHand + held != moved || onHand < 0) {
                violations.add("%s: %d on hand%s, movements sum up to %d"
                        .formatted(row.getString("sku"), onHand, held == 0 ? "" : ", %d held".formatted(held), moved));
            }
            if (held != row.getLong("holds")) {
                violations.add(
                        "%s: %d held, holds sum up to %d".formatted(row.getString("sku"), held, row.getLong("holds")));
            }
        });
        return Sight.of(
                "%,d articles, %,d movements, %,d pieces".formatted(totals[0], totals[1], totals[2]), violations);
    }
}
