package io.covenant.coordinator.transaction;

import static io.covenant.coordinator.transaction.Rows.JSON;
import static io.covenant.coordinator.transaction.Rows.attempts;
import static io.covenant.coordinator.transaction.Rows.micros;
import static io.covenant.coordinator.transaction.Rows.set;

import io.covenant.coordinator.transaction.SagaJournal.Begun;
import io.covenant.coordinator.transaction.SagaJournal.Note;
import io.covenant.coordinator.transaction.SagaJournal.Proposal;
import io.covenant.coordinator.transaction.SagaWriter.Writing;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Writes all that is written about sagas, each batch in one database transaction, which is forced to disk when a begin
/// record or a decision is among it.
final class SagaWriter implements WriteLane.Writer<Writing> {

    private static final String BEGIN = """
            insert into transaction (id, attempt, name, protocol, digest, branches, created_at, deadline, owner, incarnation, epoch, saga)
            select b.id, b.attempt, b.name, b.protocol, b.digest, b.branches::jsonb,
                   'epoch'::timestamptz + b.created_at * interval '1 microsecond',
                   'epoch'::timestamptz + b.deadline * interval '1 microsecond', b.owner, b.incarnation, b.epoch, b.saga
            from unnest(?::uuid[], ?::int8[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[], ?::text[], ?::uuid[], ?::int4[], ?::text[])
                 as b (id, attempt, name, protocol, digest, branches, created_at, deadline, owner, incarnation, epoch, saga)
            where not exists (select from decision d where d.transaction_id = b.id)
            order by b.id
            on conflict (id) do nothing
            returning id, attempt
            """;

    /// The lock on the begin record has a take-over pass it by, and an epoch that is written meanwhile is seen.
    private static final String DECIDE = """
            with p as (
                select * from unnest(?::uuid[], ?::int8[], ?::uuid[], ?::int4[], ?::text[], ?::text[], ?::int8[])
                         as p (id, attempt, incarnation, epoch, decision, sealed, decided_at)
            ), owned as (
                select t.id from transaction t join p on t.id = p.id
                where t.attempt = p.attempt and t.incarnation = p.incarnation and t.epoch = p.epoch and t.finished_at is null
                order by t.id for update of t
            )
            insert into decision (transaction_id, attempt, decision, sealed, timeline, decided_at)
            select p.id, p.attempt, p.decision, p.sealed::jsonb, '[]',
                   'epoch'::timestamptz + p.decided_at * interval '1 microsecond'
            from p join owned on owned.id = p.id
            order by p.id
            on conflict (transaction_id) do nothing
            returning transaction_id, attempt
            """;

    private static final String NOTE = """
            update transaction t
            set decision = n.decision, progress = n.progress::jsonb, timeline = n.timeline::jsonb,
                decided_at = 'epoch'::timestamptz + n.decided_at * interval '1 microsecond',
                finished_at = 'epoch'::timestamptz + n.finished_at * interval '1 microsecond'
            from unnest(?::uuid[], ?::int8[], ?::uuid[], ?::int4[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[])
                 as n (id, attempt, incarnation, epoch, decision, progress, timeline, decided_at, finished_at)
            where t.id = n.id and t.attempt = n.attempt and t.incarnation = n.incarnation and t.epoch = n.epoch
              and t.finished_at is null
            returning t.id, t.attempt
            """;

    private static final String WITHDRAW = """
            delete from transaction t where id = ? and attempt = ? and incarnation = ? and epoch = ?
              and not exists (select from decision d where d.transaction_id = t.id)
            """;

    sealed interface Writing {

        /// Gives the answer.
        void answer(Written written);

        CompletableFuture<?> future();
    }

    record Beginning(Begin begin, SagaPlan plan, CompletableFuture<Begun> future) implements Writing {
        @Override
        public void answer(Written written) {
            future.complete(written.begun(begin));
        }
    }

    record Withdrawing(Begin begin, CompletableFuture<Boolean> future) implements Writing {
        @Override
        public void answer(Written written) {
            future.complete(true);
        }
    }

    record Deciding(Proposal proposal, CompletableFuture<Optional<Register>> future) implements Writing {
        @Override
        public void answer(Written written) {
            future.complete(Optional.ofNullable(written.registers().get(proposal.id()))
                    .filter(register -> register.attempt().equals(proposal.attempt())));
        }
    }

    record Noting(Note note, CompletableFuture<Boolean> future) implements Writing {
        @Override
        public void answer(Written written) {
            future.complete(written.noted().contains(note.id()));
        }
    }

    /// What a batch came to.
    ///
    /// @param attempts  whose attempts the begun transactions are
    /// @param registers what the registers hold of what was begun and decided
    record Written(
            Map<TransactionId, Attempt> attempts, Map<TransactionId, Register> registers, Set<TransactionId> noted) {

        private Begun begun(Begin begin) {
            var by = attempts.get(begin.id());
            if (by != null) {
                return by.equals(begin.attempt()) ? new Begun.Stored() : new Begun.Taken(by);
            }
            var register = registers.get(begin.id());
            if (register == null) {
                throw new IllegalStateException("neither stored, taken, nor decided: " + begin.id());
            }
            return new Begun.Entombed(register);
        }
    }

    private final TransactionListener listener;

    SagaWriter(TransactionListener listener) {
        this.listener = listener;
    }

    @Override
    public void write(Connection connection, List<Writing> batch) throws SQLException {
        var begins = new ArrayList<Beginning>();
        var proposals = new ArrayList<Proposal>();
        var withdrawn = new ArrayList<Begin>(0);
        // Of two notes about one saga the later one counts.
        var notes = new LinkedHashMap<TransactionId, Note>();
        for (var writing : batch) {
            switch (writing) {
                case Beginning beginning -> begins.add(beginning);
                case Deciding(var proposal, var _) -> proposals.add(proposal);
                case Withdrawing(var begin, var _) -> withdrawn.add(begin);
                case Noting(var note, var _) -> notes.put(note.id(), note);
            }
        }
        boolean forced = !begins.isEmpty() || !proposals.isEmpty() || !withdrawn.isEmpty();
        connection.setAutoCommit(false);
        var attempts = new HashMap<TransactionId, Attempt>();
        if (!begins.isEmpty()) {
            begin(connection, begins, attempts);
        }
        var noted = notes.isEmpty() ? Set.<TransactionId>of() : note(connection, List.copyOf(notes.values()));
        int decided = proposals.isEmpty() ? 0 : decide(connection, proposals);
        for (var begin : withdrawn) {
            withdraw(connection, begin);
        }
        var registers = registers(connection, begins, proposals, attempts);
        long start = System.nanoTime();
        commit(connection, forced);
        if (decided > 0) {
            listener.decisionsForced(decided, Duration.ofNanos(System.nanoTime() - start));
        }
        var written = new Written(attempts, registers, noted);
        batch.forEach(writing -> writing.answer(written));
    }

    private static void commit(Connection connection, boolean forced) throws SQLException {
        if (forced) {
            try (var statement = connection.createStatement()) {
                statement.execute("set local synchronous_commit = on");
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static void begin(Connection connection, List<Beginning> begins, Map<TransactionId, Attempt> attempts)
            throws SQLException {
        Tombs.lock(
                connection,
                begins.stream().map(beginning -> beginning.begin().id()).toList());
        try (var statement = connection.prepareStatement(BEGIN)) {
            var records = begins.stream().map(Beginning::begin).toList();
            set(statement, 1, "uuid", records, begin -> begin.id().value());
            set(statement, 2, "int8", records, begin -> begin.attempt().value());
            set(statement, 3, "text", records, Begin::name);
            set(statement, 4, "text", records, begin -> begin.protocol().name());
            set(statement, 5, "text", records, Begin::digest);
            set(statement, 6, "text", records, begin -> JSON.writeValueAsString(begin.branches()));
            set(statement, 7, "int8", records, begin -> micros(begin.createdAt()));
            set(statement, 8, "int8", records, begin -> micros(begin.deadline()));
            set(statement, 9, "text", records, begin -> begin.owner().node());
            set(statement, 10, "uuid", records, begin -> begin.owner().id());
            set(statement, 11, "int4", records, Begin::epoch);
            set(statement, 12, "text", begins, beginning -> beginning.plan().write());
            attempts.putAll(attempts(statement));
        }
        if (attempts.size() < begins.size()) {
            try (var statement =
                    connection.prepareStatement("select id, attempt from transaction where id = any (?::uuid[])")) {
                set(
                        statement,
                        1,
                        "uuid",
                        begins,
                        beginning -> beginning.begin().id().value());
                attempts.putAll(attempts(statement));
            }
        }
    }

    private static int decide(Connection connection, List<Proposal> proposals) throws SQLException {
        try (var statement = connection.prepareStatement(DECIDE)) {
            set(statement, 1, "uuid", proposals, proposal -> proposal.id().value());
            set(statement, 2, "int8", proposals, proposal -> proposal.attempt().value());
            set(statement, 3, "uuid", proposals, proposal -> proposal.owner().id());
            set(statement, 4, "int4", proposals, Proposal::epoch);
            set(statement, 5, "text", proposals, proposal -> proposal.decision().name());
            set(statement, 6, "text", proposals, proposal -> JSON.writeValueAsString(proposal.steps()));
            set(statement, 7, "int8", proposals, proposal -> micros(proposal.at()));
            return attempts(statement).size();
        }
    }

    private static Set<TransactionId> note(Connection connection, List<Note> notes) throws SQLException {
        try (var statement = connection.prepareStatement(NOTE)) {
            set(statement, 1, "uuid", notes, note -> note.id().value());
            set(statement, 2, "int8", notes, note -> note.attempt().value());
            set(statement, 3, "uuid", notes, note -> note.owner().id());
            set(statement, 4, "int4", notes, Note::epoch);
            set(
                    statement,
                    5,
                    "text",
                    notes,
                    note -> note.decision() == null ? null : note.decision().name());
            set(statement, 6, "text", notes, note -> JSON.writeValueAsString(note.steps()));
            set(statement, 7, "text", notes, note -> Timeline.write(note.timeline()));
            set(statement, 8, "int8", notes, note -> note.decidedAt() == null ? null : micros(note.decidedAt()));
            set(statement, 9, "int8", notes, note -> note.finishedAt() == null ? null : micros(note.finishedAt()));
            return attempts(statement).keySet();
        }
    }

    private static void withdraw(Connection connection, Begin begin) throws SQLException {
        try (var statement = connection.prepareStatement(WITHDRAW)) {
            statement.setObject(1, begin.id().value());
            statement.setLong(2, begin.attempt().value());
            statement.setObject(3, begin.owner().id());
            statement.setInt(4, begin.epoch());
            statement.executeUpdate();
        }
    }

    /// What is decided of what was proposed, and of what could not be begun.
    private static Map<TransactionId, Register> registers(
            Connection connection,
            List<Beginning> begins,
            List<Proposal> proposals,
            Map<TransactionId, Attempt> attempts)
            throws SQLException {
        var ids = new ArrayList<TransactionId>();
        proposals.forEach(proposal -> ids.add(proposal.id()));
        begins.stream()
                .map(beginning -> beginning.begin().id())
                .filter(id -> !attempts.containsKey(id))
                .forEach(ids::add);
        var registers = new HashMap<TransactionId, Register>();
        if (ids.isEmpty()) {
            return registers;
        }
        try (PreparedStatement statement = connection.prepareStatement(Rows.DECISIONS)) {
            set(statement, 1, "uuid", ids, TransactionId::value);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var register = Rows.register(rows);
                    registers.put(register.id(), register);
                }
            }
        }
        return registers;
    }

    @Override
    public void failed(Writing work, SQLException reason) {
        work.future().completeExceptionally(new StoreUnavailableException(reason));
    }
}
