package io.covenant.coordinator.transaction;

import static io.covenant.coordinator.transaction.Rows.JSON;
import static io.covenant.coordinator.transaction.Rows.attempts;
import static io.covenant.coordinator.transaction.Rows.micros;
import static io.covenant.coordinator.transaction.Rows.set;

import io.covenant.coordinator.transaction.PromptWriter.Prompt;
import io.covenant.coordinator.transaction.TransactionStore.Begun;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Writes what is small and somebody waits for: begin records, and the records that end an attempt without the
/// register.
final class PromptWriter implements WriteLane.Writer<Prompt> {

    private static final String BEGIN = """
            insert into transaction (id, attempt, name, protocol, digest, branches, created_at, deadline, owner, incarnation, epoch)
            select b.id, b.attempt, b.name, b.protocol, b.digest, b.branches::jsonb,
                   'epoch'::timestamptz + b.created_at * interval '1 microsecond',
                   'epoch'::timestamptz + b.deadline * interval '1 microsecond', b.owner, b.incarnation, b.epoch
            from unnest(?::uuid[], ?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[], ?::text[], ?::uuid[], ?::int4[])
                 as b (id, attempt, name, protocol, digest, branches, created_at, deadline, owner, incarnation, epoch)
            order by b.id
            on conflict (id) do nothing
            returning id, attempt
            """;

    sealed interface Prompt {}

    record Beginning(Begin begin, CompletableFuture<Begun> answer) implements Prompt {}

    record Withdrawing(Begin begin) implements Prompt {}

    record Closing(EndRecord end, CompletableFuture<Boolean> answer) implements Prompt {}

    @Override
    public void write(Connection connection, List<Prompt> batch) throws SQLException {
        var beginnings = new ArrayList<Beginning>(batch.size());
        var closings = new ArrayList<Closing>();
        var withdrawals = new ArrayList<Withdrawing>(0);
        for (var prompt : batch) {
            switch (prompt) {
                case Beginning beginning -> beginnings.add(beginning);
                case Closing closing -> closings.add(closing);
                case Withdrawing withdrawing -> withdrawals.add(withdrawing);
            }
        }
        for (var withdrawing : withdrawals) {
            withdraw(connection, withdrawing.begin());
        }
        var begins = beginnings.stream().map(Beginning::begin).toList();
        var attempts = begins.isEmpty() ? Map.<TransactionId, Attempt>of() : store(connection, begins);
        var closed = closings.isEmpty()
                ? Set.<TransactionId>of()
                : EndWriter.close(
                        connection, closings.stream().map(Closing::end).toList());
        for (var beginning : beginnings) {
            beginning.answer().complete(begun(beginning.begin(), attempts));
        }
        for (var closing : closings) {
            closing.answer().complete(closed.contains(closing.end().id()));
        }
    }

    /// Whose attempts these transactions are, after all of them were tried.
    private static Map<TransactionId, Attempt> store(Connection connection, List<Begin> begins) throws SQLException {
        var stored = insert(connection, begins);
        if (stored.size() < begins.size()) {
            stored.putAll(read(connection, begins));
        }
        return stored;
    }

    private static Begun begun(Begin begin, Map<TransactionId, Attempt> attempts) throws SQLException {
        var by = attempts.get(begin.id());
        if (by == null) {
            throw new SQLException("neither stored nor taken: " + begin.id()); // taken back a moment ago
        }
        return by.equals(begin.attempt()) ? new Begun.Stored() : new Begun.Taken(by);
    }

    private static Map<TransactionId, Attempt> insert(Connection connection, List<Begin> begins) throws SQLException {
        try (var statement = connection.prepareStatement(BEGIN)) {
            set(statement, 1, "uuid", begins, begin -> begin.id().value());
            set(statement, 2, "int8", begins, begin -> begin.attempt().value());
            set(statement, 3, "text", begins, Begin::name);
            set(statement, 4, "text", begins, begin -> begin.protocol().name());
            set(statement, 5, "text", begins, Begin::digest);
            set(statement, 6, "text", begins, begin -> JSON.writeValueAsString(begin.branches()));
            set(statement, 7, "int8", begins, begin -> micros(begin.createdAt()));
            set(statement, 8, "int8", begins, begin -> micros(begin.deadline()));
            set(statement, 9, "text", begins, begin -> begin.owner().node());
            set(statement, 10, "uuid", begins, begin -> begin.owner().id());
            set(statement, 11, "int4", begins, Begin::epoch);
            return attempts(statement);
        }
    }

    private static Map<TransactionId, Attempt> read(Connection connection, List<Begin> begins) throws SQLException {
        try (var statement =
                connection.prepareStatement("select id, attempt from transaction where id = any (?::uuid[])")) {
            set(statement, 1, "uuid", begins, begin -> begin.id().value());
            return attempts(statement);
        }
    }

    private static void withdraw(Connection connection, Begin begin) throws SQLException {
        try (var statement = connection.prepareStatement("""
                delete from transaction
                where id = ? and attempt = ? and incarnation = ? and epoch = ? and decision is null
                """)) {
            statement.setObject(1, begin.id().value());
            statement.setLong(2, begin.attempt().value());
            statement.setObject(3, begin.owner().id());
            statement.setInt(4, begin.epoch());
            statement.executeUpdate();
        }
    }

    @Override
    public void failed(Prompt work, SQLException reason) {
        var failure = new StoreUnavailableException(reason);
        switch (work) {
            case Beginning beginning -> beginning.answer().completeExceptionally(failure);
            case Closing closing -> closing.answer().completeExceptionally(failure);
            case Withdrawing _ -> {}
        }
    }
}
