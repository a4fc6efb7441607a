package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/// @param acknowledged what a client was last told about each order: CONFIRMED or CANCELLED
record NoAcknowledgedOrderIsLost(DataSource orders, Map<UUID, String> acknowledged) implements Check {

    @Override
    public String sentence() {
        return "no acknowledged order and no acknowledged cancellation is lost";
    }

    /// Somebody else may have cancelled an order since.
    @Override
    public Sight look() throws SQLException {
        var states = new HashMap<UUID, String>();
        Rows.each(
                orders,
                "select id, state from orders",
                row -> states.put(row.getObject("id", UUID.class), row.getString("state")));
        var violations = new ArrayList<String>();
        acknowledged.forEach((order, told) -> {
            String state = states.get(order);
            if (state == null || (told.equals("CANCELLED") && !state.equals("CANCELLED"))) {
                violations.add("order %s was acknowledged as %s and is %s"
                        .formatted(order, told, state == null ? "not there" : state));
            }
        });
        return Sight.of("%,d acknowledged".formatted(acknowledged.size()), violations);
    }
}
