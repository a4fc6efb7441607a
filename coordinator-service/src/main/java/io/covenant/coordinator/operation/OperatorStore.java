package io.covenant.coordinator.operation;

import io.covenant.coordinator.transaction.Connections;
import io.covenant.security.audit.AuditChain;
import io.covenant.security.audit.AuditReport;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The audit, and what operators change in the coordinators' database, see `V2__operators.sql`. Each act is one
/// statement, so that it never stands without its row in the audit.
final class OperatorStore implements AutoCloseable {

    private static final String SESSION = "set synchronous_commit = on; set statement_timeout = '5s'";

    private static final String RECORD =
            "insert into operator_action (operator, action, target, reason, detail) values (?, ?, ?, ?, ?)";

    /// The hazard of a transaction is gone with the last branch that a person has settled.
    private static final String RESOLVE = """
            with settled as (
                select t.id, (select jsonb_agg(case when b ->> 'name' = ? then b || jsonb_build_object('heuristic', ?::jsonb)
                                                    else b end)
                                from jsonb_array_elements(t.progress) b) as progress
                  from transaction t
                 where t.id = ? and t.hazard and t.finished_at is not null
                   and exists (select from jsonb_array_elements(t.progress) b
                                where b ->> 'name' = ? and b ->> 'state' = 'HAZARD' and not b ? 'heuristic')
                   for update
            ), changed as (
                update transaction t
                   set progress = s.progress,
                       hazard = exists (select from jsonb_array_elements(s.progress) b
                                         where b ->> 'state' = 'HAZARD' and not b ? 'heuristic')
                  from settled s where t.id = s.id returning t.id
            )
            insert into operator_action (operator, action, target, reason, detail)
            select ?, ?, ?, ?, ? from changed
            """.replace("b ? 'heuristic'", "b ?? 'heuristic'");

    /// Where the transaction has no row that could keep a person's word, the audit does: one for each branch.
    private static final String KEEP = """
            insert into operator_action (operator, action, target, reason, detail)
            select ?, ?, ?, ?, ? where not exists (select from operator_action where action = 'resolve' and target = ?)
            """;

    private static final String WORDS = """
            select distinct on (target) target, detail, operator, reason, at from operator_action
             where action = 'resolve' and target like ? || '/%' order by target, id
            """;

    private static final String PAUSE = """
            with paused as (
                insert into paused_service (service, operator, reason) values (?, ?, ?)
                on conflict do nothing returning service
            )
            insert into operator_action (operator, action, target, reason, detail) select ?, ?, ?, ?, ? from paused
            """;

    private static final String RESUME = """
            with resumed as (delete from paused_service where service = ? returning service)
            insert into operator_action (operator, action, target, reason, detail) select ?, ?, ?, ?, ? from resumed
            """;

    private static final AuditChain AUDIT = new AuditChain("operator_action");

    private final Connections database;
    private final JsonMapper json = JsonMapper.builder().build();

    OperatorStore(DataSource database) {
        this.database = new Connections(database, 2, SESSION);
    }

    void record(OperatorAct act) {
        var _ = database.run(connection -> {
            try (var insert = connection.prepareStatement(RECORD)) {
                set(insert, 1, act);
                return insert.executeUpdate();
            }
        });
    }

    /// Puts down what a person says of a branch that is a hazard.
    ///
    /// @return whether it was one, and nobody had settled it
    boolean resolve(TransactionId id, String branch, Heuristic heuristic, OperatorAct act) {
        return database.run(connection -> {
            try (var update = connection.prepareStatement(RESOLVE)) {
                update.setString(1, branch);
                update.setString(2, json.writeValueAsString(heuristic));
                update.setObject(3, id.value());
                update.setString(4, branch);
                set(update, 5, act);
                return update.executeUpdate() == 1;
            }
        });
    }

    /// Keeps what a person says of a branch, in the audit alone; the first word stands.
    void keep(OperatorAct act) {
        var _ = database.run(connection -> {
            try (var insert = connection.prepareStatement(KEEP)) {
                set(insert, 1, act);
                insert.setString(6, act.target());
                return insert.executeUpdate();
            }
        });
    }

    /// What was said of the branches of a transaction, by their names.
    Map<String, Heuristic> words(TransactionId id) {
        return database.run(connection -> {
            try (var select = connection.prepareStatement(WORDS)) {
                select.setString(1, id.toString());
                var words = new TreeMap<String, Heuristic>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        words.put(
                                rows.getString(1).substring(id.toString().length() + 1),
                                new Heuristic(
                                        Outcome.valueOf(rows.getString(2)),
                                        rows.getString(3),
                                        rows.getString(4),
                                        instant(rows, 5)));
                    }
                }
                return words;
            }
        });
    }

    /// @return whether it was not paused yet
    boolean pause(String service, OperatorAct act) {
        return database.run(connection -> {
            try (var insert = connection.prepareStatement(PAUSE)) {
                insert.setString(1, service);
                insert.setString(2, act.operator());
                insert.setString(3, act.reason());
                set(insert, 4, act);
                return insert.executeUpdate() == 1;
            }
        });
    }

    /// @return whether it was paused
    boolean resume(String service, OperatorAct act) {
        return database.run(connection -> {
            try (var delete = connection.prepareStatement(RESUME)) {
                delete.setString(1, service);
                set(delete, 2, act);
                return delete.executeUpdate() == 1;
            }
        });
    }

    List<PausedService> paused() {
        return database.run(connection -> {
            try (var select = connection.prepareStatement(
                            "select service, operator, reason, since from paused_service order by service");
                    var rows = select.executeQuery()) {
                var paused = new ArrayList<PausedService>();
                while (rows.next()) {
                    paused.add(new PausedService(
                            rows.getString(1), rows.getString(2), rows.getString(3), instant(rows, 4)));
                }
                return paused;
            }
        });
    }

    /// The latest first.
    ///
    /// @param before only those with a smaller number
    /// @param target only those that concern it, or a part of it
    List<OperatorAct> acts(@Nullable Long before, @Nullable String target, int limit) {
        return database.run(connection -> {
            try (var select = connection.prepareStatement("""
                    select id, at, operator, action, target, reason, detail from operator_action
                    where id < ? and (?::text is null or target = ? or target like ? || '/%')
                    order by id desc limit ?
                    """)) {
                select.setLong(1, before == null ? Long.MAX_VALUE : before);
                select.setString(2, target);
                select.setString(3, target);
                select.setString(4, target);
                select.setInt(5, limit);
                var acts = new ArrayList<OperatorAct>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        acts.add(new OperatorAct(
                                rows.getLong(1),
                                instant(rows, 2),
                                rows.getString(3),
                                rows.getString(4),
                                rows.getString(5),
                                rows.getString(6),
                                rows.getString(7)));
                    }
                }
                return acts;
            }
        });
    }

    /// Whether the audit is as it was written.
    AuditReport check() {
        return database.run(AUDIT::check);
    }

    private static void set(PreparedStatement statement, int first, OperatorAct act) throws SQLException {
        statement.setString(first, act.operator());
        statement.setString(first + 1, act.action());
        statement.setString(first + 2, act.target());
        statement.setString(first + 3, act.reason());
        statement.setString(first + 4, act.detail());
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    @Override
    public void close() {
        database.close();
    }
}
