package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/// @param participants the databases of services that take part in transactions, by the name of the service
record NothingStaysHeld(DataSource coordinator, Map<String, DataSource> participants, Duration atMost)
        implements Check {

    /// What the services keep for transactions that are not decided, by the branch.
    private static final Map<String, List<String>> HOLDS =
            Map.of("inventory", List.of("stock_hold", "stock_return"), "orders", List.of("order_hold", "cancel_hold"));

    /// @param asks whether its time is over for so long that somebody has asked what becomes of it
    private record Reserved(String service, String gid, String transaction, boolean asks) {}

    @Override
    public String sentence() {
        return "what is held belongs to a transaction that is on its way";
    }

    @Override
    public Sight look() throws SQLException {
        var violations = new ArrayList<String>();
        var reserved = new ArrayList<Reserved>();
        for (var participant : participants.entrySet()) {
            reserved.addAll(reserved(participant.getKey(), participant.getValue()));
            for (var table : HOLDS.getOrDefault(participant.getKey(), List.of())) {
                violations.addAll(withoutReservation(table, participant.getValue()));
            }
        }
        Map<String, Boolean> known = reserved.isEmpty() ? Map.of() : finished();
        for (var each : reserved) {
            boolean over = known.containsKey(each.transaction()) ? known.get(each.transaction()) : each.asks();
            if (over) {
                violations.add("%s is reserved in %s, and its transaction is over or unknown"
                        .formatted(each.gid(), each.service()));
            }
        }
        return Sight.of("%,d reserved now".formatted(reserved.size()), violations);
    }

    private List<Reserved> reserved(String service, DataSource participant) throws SQLException {
        return Rows.list(
                participant,
                """
                select gid, transaction_id, until < now() - interval '%d seconds' as asks
                  from branch_local where until is not null
                """.formatted(atMost.toSeconds()),
                row -> new Reserved(
                        service, row.getString("gid"), row.getString("transaction_id"), row.getBoolean("asks")));
    }

    /// The transactions that coordinators know, and whether each is over.
    private Map<String, Boolean> finished() throws SQLException {
        var finished = new HashMap<String, Boolean>();
        Rows.each(
                coordinator,
                "select id, finished_at is not null as finished from transaction where protocol = 'TCC'",
                row -> finished.put(row.getString("id"), row.getBoolean("finished")));
        return finished;
    }

    private static List<String> withoutReservation(String table, DataSource participant) throws SQLException {
        return Rows.list(
                participant,
                """
                select distinct branch from %s left join branch_local on gid = branch and op = 'WORK'
                 where until is null
                """.formatted(table),
                row -> "%s of %s is not reserved any more".formatted(table, row.getString("branch")));
    }
}
