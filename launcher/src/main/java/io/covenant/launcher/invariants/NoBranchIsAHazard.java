package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/// @param participants the databases of services that take part in transactions, by name
record NoBranchIsAHazard(Map<String, DataSource> participants) implements Check {

    @Override
    public String sentence() {
        return "no branch is otherwise than its transaction decided (HAZARD)";
    }

    @Override
    public Sight look() throws SQLException {
        var violations = new ArrayList<String>();
        long branches = 0;
        for (var participant : participants.entrySet()) {
            violations.addAll(Rows.list(
                    participant.getValue(),
                    "select gid, decision, detail from branch_hazard",
                    row -> "%s: %s should %s: %s"
                            .formatted(
                                    participant.getKey(),
                                    row.getString("gid"),
                                    row.getString("decision"),
                                    row.getString("detail"))));
            List<Long> committed = Rows.list(
                    participant.getValue(),
                    "select count(*) as branches from branch_barrier where kind = 'WORK'",
                    row -> row.getLong("branches"));
            branches += committed.getFirst();
        }
        return Sight.of("%,d branches committed".formatted(branches), violations);
    }
}
