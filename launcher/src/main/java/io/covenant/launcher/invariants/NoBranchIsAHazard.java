package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import javax.sql.DataSource;

/// @param participants the databases of services that take part in transactions, by name
record NoBranchIsAHazard(DataSource coordinator, Map<String, DataSource> participants) implements Check {

    /// Those whose barrier row says otherwise by now, or nothing.
    private static final String NOT_PUT_RIGHT = """
        select gid, decision, detail from branch_hazard h
         where not exists (select from branch_barrier b
                            where b.gid = h.gid and b.kind = case h.decision when 'COMMIT' then 'WORK' else 'FENCE' end)
        """;

    @Override
    public String sentence() {
        return "no branch is otherwise than its transaction decided (HAZARD)";
    }

    @Override
    public Sight look() throws SQLException {
        var violations = new ArrayList<String>();
        violations.addAll(Rows.list(
                coordinator,
                "select id, name from transaction where hazard order by id",
                row -> "transaction %s (%s)".formatted(row.getString("id"), row.getString("name"))));
        for (var participant : participants.entrySet()) {
            violations.addAll(Rows.list(
                    participant.getValue(),
                    NOT_PUT_RIGHT,
                    row -> "%s: %s should %s: %s"
                            .formatted(
                                    participant.getKey(),
                                    row.getString("gid"),
                                    row.getString("decision"),
                                    row.getString("detail"))));
        }
        return Sight.of(violations.size() + " hazards", violations);
    }
}
