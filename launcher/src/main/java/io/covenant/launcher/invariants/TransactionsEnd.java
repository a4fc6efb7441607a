package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

record TransactionsEnd(DataSource coordinator, Duration atMost) implements Check {

    @Override
    public String sentence() {
        return "every transaction is decided and carried out %d s after its deadline at the latest"
                .formatted(atMost.toSeconds());
    }

    @Override
    public Sight look() throws SQLException {
        List<String> violations = Rows.list(coordinator, """
                select t.id, t.name, t.owner, coalesce(d.decision, t.decision) as decision
                  from transaction t left join decision d on d.transaction_id = t.id
                 where t.finished_at is null and t.deadline < now() - interval '%d seconds'
                 order by t.id
                """.formatted(atMost.toSeconds()), row -> {
            String decision = row.getString("decision");
            return "%s (%s, driven by %s) is %s"
                    .formatted(
                            row.getString("id"),
                            row.getString("name"),
                            row.getString("owner"),
                            decision == null ? "undecided" : "decided (" + decision + ") and not carried out");
        });
        List<String> figures = Rows.list(
                coordinator,
                """
                select count(*) as known, count(*) filter (where finished_at is null) as unfinished,
                       count(*) filter (where decision = 'ABORT') as aborted
                  from transaction
                """,
                row -> "%,d transactions, %,d aborted, %,d on their way"
                        .formatted(row.getLong("known"), row.getLong("aborted"), row.getLong("unfinished")));
        return Sight.of(figures.getFirst(), violations);
    }
}
