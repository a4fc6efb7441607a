package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.Begin.BranchSpec;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// How transactions and decisions stand in the rows of `V1__transactions.sql`, and the arrays of parameters that
/// make many rows of one statement.
final class Rows {

    static final JsonMapper JSON = JsonMapper.builder().build();

    /// What [#stored] reads, of `transaction t` and what is [joined][#JOINED].
    static final String COLUMNS = """
            t.id, t.attempt, t.name, t.protocol, t.digest, t.branches, t.created_at, t.deadline, t.owner, t.incarnation, t.epoch,
            t.decision, t.hazard, t.progress, t.timeline, t.decided_at, t.finished_at,
            d.transaction_id, d.attempt register_attempt, d.decision register_decision, d.sealed, d.timeline register_timeline,
            d.decided_at register_decided_at
            """;

    static final String JOINED = "left join decision d on d.transaction_id = t.id";

    /// The decisions on some transactions, for [#register].
    static final String DECISIONS = """
            select transaction_id, attempt register_attempt, decision register_decision, sealed, timeline register_timeline,
                   decided_at register_decided_at
            from decision where transaction_id = any (?::uuid[])
            """;

    private static final TypeReference<List<BranchSpec>> SPECS = new TypeReference<>() {};
    private static final TypeReference<List<BranchStatus>> STATUSES = new TypeReference<>() {};
    private static final TypeReference<TreeMap<String, String>> SEALED = new TypeReference<>() {};

    private Rows() {}

    static StoredTransaction stored(ResultSet row) throws SQLException {
        var begin = new Begin(
                new TransactionId(uuid(row, "id")),
                new Attempt(row.getLong("attempt")),
                row.getString("name"),
                CommitProtocol.valueOf(row.getString("protocol")),
                row.getString("digest"),
                JSON.readValue(row.getString("branches"), SPECS),
                instantOf(row, "created_at"),
                instantOf(row, "deadline"),
                new Incarnation(uuid(row, "incarnation"), row.getString("owner")),
                row.getInt("epoch"));
        Optional<Register> register =
                row.getObject("transaction_id") == null ? Optional.empty() : Optional.of(register(row));
        var own = row.getString("decision");
        var progress = row.getString("progress");
        return new StoredTransaction(
                begin,
                register.map(Register::decision).orElse(own == null ? null : Decision.valueOf(own)),
                row.getBoolean("hazard"),
                progress == null ? List.of() : JSON.readValue(progress, STATUSES),
                Timeline.read(row.getString("timeline")),
                register.map(Register::decidedAt).orElse(instant(row, row.findColumn("decided_at"))),
                instant(row, row.findColumn("finished_at")),
                register);
    }

    static Register register(ResultSet row) throws SQLException {
        return new Register(
                new TransactionId(uuid(row, "transaction_id")),
                new Attempt(row.getLong("register_attempt")),
                Decision.valueOf(row.getString("register_decision")),
                JSON.readValue(row.getString("sealed"), SEALED),
                instantOf(row, "register_decided_at"),
                Timeline.read(row.getString("register_timeline")));
    }

    /// The attempts that a statement returns, by transaction.
    static Map<TransactionId, Attempt> attempts(PreparedStatement statement) throws SQLException {
        var attempts = new HashMap<TransactionId, Attempt>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                attempts.put(idOf(rows, 1), new Attempt(rows.getLong(2)));
            }
        }
        return attempts;
    }

    /// Sets a parameter to the array of what each of the items has to say.
    ///
    /// @param type `int8`, `int4` or `bool`, which travel in binary, or any other, which travels as text
    static <T> void set(
            PreparedStatement statement,
            int index,
            String type,
            List<T> items,
            Function<? super T, ? extends @Nullable Object> value)
            throws SQLException {
        @Nullable
        Object[] values = switch (type) {
            case "int8" -> new Long[items.size()];
            case "int4" -> new Integer[items.size()];
            case "bool" -> new Boolean[items.size()];
            default -> new String[items.size()];
        };
        boolean text = values instanceof String[];
        for (int i = 0; i < values.length; i++) {
            var item = value.apply(items.get(i));
            values[i] = text && item != null ? item.toString() : item;
        }
        statement.setArray(index, statement.getConnection().createArrayOf(type, values));
    }

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    static TransactionId idOf(ResultSet row, int column) throws SQLException {
        return new TransactionId(row.getObject(column, UUID.class));
    }

    private static UUID uuid(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    private static Instant instantOf(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
