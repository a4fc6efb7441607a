package io.covenant.coordinator.transaction;

import static io.covenant.coordinator.transaction.Rows.JSON;
import static io.covenant.coordinator.transaction.Rows.attempts;
import static io.covenant.coordinator.transaction.Rows.micros;
import static io.covenant.coordinator.transaction.Rows.set;

import io.covenant.coordinator.transaction.EndWriter.Ending;
import io.covenant.transactions.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Writes end records, for which nobody waits.
final class EndWriter implements WriteLane.Writer<Ending> {

    private static final String END = """
            update transaction t
            set decision = e.decision, hazard = e.hazard, progress = e.progress::jsonb, timeline = e.timeline::jsonb,
                decided_at = 'epoch'::timestamptz + e.decided_at * interval '1 microsecond',
                finished_at = 'epoch'::timestamptz + e.finished_at * interval '1 microsecond'
            from unnest(?::uuid[], ?::int8[], ?::uuid[], ?::int4[], ?::text[], ?::bool[], ?::text[], ?::text[], ?::int8[], ?::int8[])
                 as e (id, attempt, incarnation, epoch, decision, hazard, progress, timeline, decided_at, finished_at)
            where t.id = e.id and t.attempt = e.attempt and t.incarnation = e.incarnation and t.epoch = e.epoch
              and %s
            returning t.id, t.attempt
            """;

    private static final String NOTE = END.formatted("t.finished_at is null");

    private static final String CLOSE = END.formatted("(t.decision is null or t.decision = e.decision)"
            + " and not exists (select from decision d where d.transaction_id = t.id)");

    record Ending(EndRecord end, CompletableFuture<Boolean> answer) {}

    @Override
    public void write(Connection connection, List<Ending> batch) throws SQLException {
        // Of two records of one attempt the later one counts.
        var latest = new LinkedHashMap<TransactionId, EndRecord>();
        batch.forEach(ending -> latest.put(ending.end().id(), ending.end()));
        var kept = update(connection, NOTE, List.copyOf(latest.values()));
        batch.forEach(
                ending -> ending.answer().complete(kept.contains(ending.end().id())));
    }

    @Override
    public void failed(Ending work, SQLException reason) {
        work.answer().completeExceptionally(new StoreUnavailableException(reason));
    }

    /// Ends attempts of which the register holds nothing; answers which.
    static Set<TransactionId> close(Connection connection, List<EndRecord> ends) throws SQLException {
        return update(connection, CLOSE, ends);
    }

    /// Updates what is still owned as the records say; answers which.
    private static Set<TransactionId> update(Connection connection, String sql, List<EndRecord> ends)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            set(statement, 1, "uuid", ends, end -> end.id().value());
            set(statement, 2, "int8", ends, end -> end.attempt().value());
            set(statement, 3, "uuid", ends, end -> end.owner().id());
            set(statement, 4, "int4", ends, EndRecord::epoch);
            set(statement, 5, "text", ends, end -> end.decision().name());
            set(statement, 6, "bool", ends, EndRecord::hazard);
            set(
                    statement,
                    7,
                    "text",
                    ends,
                    end -> end.branches().isEmpty() ? null : JSON.writeValueAsString(end.branches()));
            set(statement, 8, "text", ends, end -> Timeline.write(end.timeline()));
            set(statement, 9, "int8", ends, end -> micros(end.decidedAt()));
            set(statement, 10, "int8", ends, end -> end.finishedAt() == null ? null : micros(end.finishedAt()));
            return attempts(statement).keySet();
        }
    }
}
