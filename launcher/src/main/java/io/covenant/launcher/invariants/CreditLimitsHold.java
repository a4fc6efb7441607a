package io.covenant.launcher.invariants;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import javax.sql.DataSource;

/// Reads the orders themselves, not what the service has summed up. What was open when a limit was lowered may stay.
record CreditLimitsHold(DataSource orders) implements Check {

    @Override
    public String sentence() {
        return "the open orders of a customer, with those held, never exceed the limit";
    }

    @Override
    public Sight look() throws SQLException {
        var violations = new ArrayList<String>();
        var limited = new int[1];
        Rows.each(orders, """
                select customer.id, credit_limit, tolerated_amount, coalesce(sum(total), 0) as open
                  from customer
                  left join (select customer, total from orders where state = 'CONFIRMED'
                             union all select customer, total from order_hold) o on o.customer = customer.id
                 where credit_limit is not null
                 group by customer.id
                """, row -> {
            limited[0]++;
            BigDecimal limit = row.getBigDecimal("credit_limit");
            BigDecimal tolerated = row.getBigDecimal("tolerated_amount");
            BigDecimal open = row.getBigDecimal("open");
            if (open.compareTo(tolerated == null ? limit : tolerated.max(limit)) > 0) {
                violations.add("%s: open orders of %s, limit %s%s"
                        .formatted(
                                row.getString("id"),
                                open,
                                limit,
                                tolerated == null ? "" : ", tolerated since it was lowered " + tolerated));
            }
        });
        return Sight.of("%,d customers with a limit".formatted(limited[0]), violations);
    }
}
