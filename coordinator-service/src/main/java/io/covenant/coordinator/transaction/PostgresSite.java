package io.covenant.coordinator.transaction;

import static io.covenant.coordinator.transaction.Rows.JSON;
import static io.covenant.coordinator.transaction.Rows.micros;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.type.TypeReference;

/// The coordinators' site on PostgreSQL, see `V4__sites.sql`: one database transaction per request, under a lock on the
/// transaction's id that whoever puts a tombstone into the register takes too.
final class PostgresSite implements CoordinatorsSite {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresSite.class);

    private static final Site SITE = new Site.Coordinators();
    private static final TypeReference<TreeSet<String>> NAMES = new TypeReference<>() {};

    private static final String STANDING = """
            select last_elected_round, last_elected_by, last_attempt_round, last_attempt_by, position, sealed
            from site where transaction_id = ? and attempt = ?
            """;

    private static final String STAND = """
            insert into site (transaction_id, attempt, last_elected_round, last_elected_by, last_attempt_round, last_attempt_by,
                              position, sealed)
            values (?, ?, ?, ?, ?, ?, ?, ?::jsonb)
            on conflict (transaction_id, attempt) do update
            set last_elected_round = excluded.last_elected_round, last_elected_by = excluded.last_elected_by,
                last_attempt_round = excluded.last_attempt_round, last_attempt_by = excluded.last_attempt_by,
                position = excluded.position, sealed = excluded.sealed, at = now()
            """;

    private static final String MAY_BEGIN_TO_COMMIT = """
            select exists (select from transaction where id = ? and attempt = ? and decision is null)
                   and not exists (select from decision where transaction_id = ?)
            """;

    private static final String DECIDE = """
            insert into decision (transaction_id, attempt, decision, sealed, timeline, decided_at)
            values (?, ?, 'COMMIT', ?::jsonb, ?::jsonb, 'epoch'::timestamptz + ? * interval '1 microsecond')
            on conflict (transaction_id) do nothing
            """;

    /// What its owner has written of the branches is better than what another one knows of them.
    private static final String CLOSE = """
            update transaction t
            set decision = ?, progress = coalesce(t.progress, ?::jsonb), timeline = coalesce(t.timeline, ?::jsonb),
                decided_at = coalesce(t.decided_at, 'epoch'::timestamptz + ? * interval '1 microsecond')
            where id = ? and attempt = ? and (decision is null or decision = ?)
              and not exists (select from decision d where d.transaction_id = t.id)
            """;

    private final Connections connections;

    /// @param connections that commit synchronously
    PostgresSite(Connections connections) {
        this.connections = connections;
    }

    @Override
    public Input ask(TransactionId id, Attempt attempt, Request request) {
        return locked(id, connection -> switch (request) {
            case Request.Elect(var election) -> {
                var before = standing(connection, id, attempt);
                var after = before.elected(election);
                move(connection, id, attempt, before, after);
                yield after.<Input>map(standing -> new Input.Elected(SITE, election, standing))
                        .orElseGet(() -> new Input.Refused(SITE, election, before));
            }
            case Request.Attempt(var election, var outcome) -> {
                var before = standing(connection, id, attempt);
                var after = mayMove(connection, id, attempt, before, election)
                        ? before.attempted(election, outcome)
                        : Optional.<Standing>empty();
                move(connection, id, attempt, before, after);
                yield after.<Input>map(_ -> new Input.Accepted(SITE, election))
                        .orElseGet(() -> new Input.Refused(SITE, election, before));
            }
            case Request.TimedOut _ -> throw new IllegalArgumentException("a site that is no branch");
        });
    }

    private static boolean mayMove(
            Connection connection, TransactionId id, Attempt attempt, Standing before, Election election)
            throws SQLException {
        if (!election.equals(Election.FIRST) || before.lastAttempt().equals(election)) {
            return true;
        }
        try (var select = connection.prepareStatement(MAY_BEGIN_TO_COMMIT)) {
            select.setObject(1, id.value());
            select.setLong(2, attempt.value());
            select.setObject(3, id.value());
            try (var row = select.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static void move(
            Connection connection, TransactionId id, Attempt attempt, Standing before, Optional<Standing> after)
            throws SQLException {
        // The same once more: it is on disk, or nobody could read it.
        if (after.isPresent() && !after.get().equals(before)) {
            stand(connection, id, attempt, after.get());
        }
    }

    @Override
    public Register learn(
            TransactionId id,
            Attempt attempt,
            Outcome outcome,
            SortedMap<String, String> services,
            List<Timeline.Entry> timeline,
            Instant at) {
        var sealed = new TreeMap<String, String>();
        for (var branch : outcome.sealed()) {
            sealed.put(branch.name(), services.getOrDefault(branch.name(), "unknown"));
        }
        return locked(id, connection -> {
            var before = standing(connection, id, attempt);
            if (before.decided().isEmpty()) {
                stand(connection, id, attempt, before.learned(outcome));
            }
            try (var insert = connection.prepareStatement(DECIDE)) {
                insert.setObject(1, id.value());
                insert.setLong(2, attempt.value());
                insert.setString(3, JSON.writeValueAsString(sealed));
                insert.setString(4, Timeline.write(timeline));
                insert.setLong(5, micros(at));
                insert.executeUpdate();
            }
            var register = register(connection, id);
            if (register.decision() != Decision.COMMIT || !register.attempt().equals(attempt)) {
                LOG.error("SPLIT DECISION: {} {} has committed, and the register holds {}", id, attempt, register);
            }
            return register;
        });
    }

    private static Register register(Connection connection, TransactionId id) throws SQLException {
        try (var select = connection.prepareStatement(Rows.DECISIONS)) {
            select.setArray(1, connection.createArrayOf("uuid", new Object[] {id.value()}));
            try (var rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("no decision on " + id);
                }
                return Rows.register(rows);
            }
        }
    }

    @Override
    public boolean close(EndRecord end) {
        var decision = Objects.requireNonNull(end.decision());
        var decidedAt = Objects.requireNonNull(end.decidedAt());
        return locked(end.id(), connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("set local synchronous_commit = off");
            }
            var before = standing(connection, end.id(), end.attempt());
            if (decision == Decision.ABORT && before.decided().isEmpty()) {
                stand(connection, end.id(), end.attempt(), before.learned(Outcome.ABORT));
            }
            try (var update = connection.prepareStatement(CLOSE)) {
                update.setString(1, decision.name());
                update.setString(2, end.branches().isEmpty() ? null : JSON.writeValueAsString(end.branches()));
                update.setString(3, Timeline.write(end.timeline()));
                update.setLong(4, micros(decidedAt));
                update.setObject(5, end.id().value());
                update.setLong(6, end.attempt().value());
                update.setString(7, decision.name());
                return update.executeUpdate() == 1;
            }
        });
    }

    @Override
    public Known read(TransactionId id, Attempt attempt) {
        return connections.run(connection -> {
            try (var select = connection.prepareStatement("select 1 from site where transaction_id = ? limit 1")) {
                select.setObject(1, id.value());
                try (var row = select.executeQuery()) {
                    if (!row.next()) {
                        return Known.NOTHING;
                    }
                }
            }
            return new Known(standing(connection, id, attempt), true);
        });
    }

    private static Standing standing(Connection connection, TransactionId id, Attempt attempt) throws SQLException {
        try (var select = connection.prepareStatement(STANDING)) {
            select.setObject(1, id.value());
            select.setLong(2, attempt.value());
            try (var row = select.executeQuery()) {
                return row.next() ? standing(row, id, attempt) : Standing.NEW;
            }
        }
    }

    private static Standing standing(ResultSet row, TransactionId id, Attempt attempt) throws SQLException {
        var sealed = new TreeSet<BranchId>();
        for (var name : JSON.readValue(row.getString(6), NAMES)) {
            sealed.add(new BranchId(id, attempt, name));
        }
        return new Standing(
                new Election(row.getInt(1), row.getLong(2)),
                new Election(row.getInt(3), row.getLong(4)),
                Position.valueOf(row.getString(5)),
                sealed);
    }

    private static void stand(Connection connection, TransactionId id, Attempt attempt, Standing standing)
            throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(STAND)) {
            upsert.setObject(1, id.value());
            upsert.setLong(2, attempt.value());
            upsert.setInt(3, standing.lastElected().round());
            upsert.setLong(4, standing.lastElected().elector());
            upsert.setInt(5, standing.lastAttempt().round());
            upsert.setLong(6, standing.lastAttempt().elector());
            upsert.setString(7, standing.position().name());
            upsert.setString(
                    8,
                    JSON.writeValueAsString(
                            standing.sealed().stream().map(BranchId::name).toList()));
            upsert.executeUpdate();
        }
    }

    /// Answers only when it is committed. A connection on which it fails is closed, and the server rolls back.
    private <T extends @Nullable Object> T locked(TransactionId id, Connections.Work<T> work) {
        return connections.run(connection -> {
            connection.setAutoCommit(false);
            Tombs.lock(connection, List.of(id));
            var result = work.on(connection);
            connection.commit();
            connection.setAutoCommit(true);
            return result;
        });
    }
}
