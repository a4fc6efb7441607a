package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

record NobodyWaitsForAnAnswer(DataSource orders, Duration atMost) implements Check {

    @Override
    public String sentence() {
        return "no attempt to place an order is undecided for more than " + atMost.toSeconds() + " s";
    }

    @Override
    public Sight look() throws SQLException {
        List<Long> pending = Rows.list(orders, """
                select count(*) as pending from placement left join orders using (id)
                 where placement.state = 'PENDING' and orders.id is null
                """, row -> row.getLong("pending"));
        List<String> violations =
                Rows.list(orders, """
                select placement.id from placement left join orders using (id)
                 where placement.state = 'PENDING' and orders.id is null
                   and created_at < now() - interval '%d seconds'
                """.formatted(atMost.toSeconds()), row -> "order " + row.getString("id"));
        return Sight.of("%d undecided now".formatted(pending.getFirst()), violations);
    }
}
