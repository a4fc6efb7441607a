package io.covenant.launcher.invariants;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import javax.sql.DataSource;

record CustomersOweWhatTheyOrdered(DataSource orders) implements Check {

    @Override
    public String sentence() {
        return "what a customer owes is the sum of their confirmed orders and of those held, and a total the sum of its lines";
    }

    @Override
    public Sight look() throws SQLException {
        var violations = new ArrayList<String>();
        var owed = new BigDecimal[] {BigDecimal.ZERO};
        var customers = new int[1];
        Rows.each(orders, """
                select id, open_amount, coalesce(confirmed, 0) as confirmed, coalesce(held, 0) as held
                  from customer
                  left join (select customer, sum(total) as confirmed from orders where state = 'CONFIRMED' group by customer) s
                       on s.customer = id
                  left join (select customer, sum(total) as held from order_hold group by customer) h on h.customer = id
                """, row -> {
            BigDecimal open = row.getBigDecimal("open_amount");
            BigDecimal confirmed = row.getBigDecimal("confirmed");
            BigDecimal held = row.getBigDecimal("held");
            customers[0]++;
            owed[0] = owed[0].add(open);
            if (open.compareTo(confirmed.add(held)) != 0) {
                violations.add("%s owes %s, confirmed orders sum up to %s%s"
                        .formatted(
                                row.getString("id"),
                                open,
                                confirmed,
                                held.signum() == 0 ? "" : ", held ones to " + held));
            }
        });
        Rows.each(
                orders,
                """
                select id, total, coalesce(sum(quantity * unit_price), 0) as lines
                  from orders left join order_line on order_id = id
                 group by id having total <> coalesce(sum(quantity * unit_price), 0)
                """,
                row -> violations.add("order %s: total %s, lines sum up to %s"
                        .formatted(row.getString("id"), row.getBigDecimal("total"), row.getBigDecimal("lines"))));
        return Sight.of("%,d customers owe %,.2f EUR".formatted(customers[0], owed[0]), violations);
    }
}
