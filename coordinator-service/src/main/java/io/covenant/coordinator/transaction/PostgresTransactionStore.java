package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.Begin.BranchSpec;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The store on PostgreSQL, see `V1__transactions.sql`.
///
/// Three [lanes][WriteLane] write: begin records, decisions, and end records, each on a connection of its own, so
/// that no begin waits for the disk. Only the lane of the decisions commits synchronously. PostgreSQL's log is
/// sequential: a decision that is on disk has everything there that was written before it.
final class PostgresTransactionStore implements TransactionStore {

    /// Statements run over a few rows by key, again and again: no plan but a look into the index is any good,
    /// whatever the statistics say of tables that were empty a minute ago.
    private static final String SESSION = """
            set application_name = 'covenant-coordinator';
            set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set enable_bitmapscan = off;
            set jit = off; set plan_cache_mode = force_generic_plan;
            set statement_timeout = '10s'; set idle_in_transaction_session_timeout = '10s';
            set synchronous_commit = %s
            """;

    /// Connections for reading, claiming and forgetting.
    private static final int OTHERS = 4;

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

    /// Enters COMMIT beside the begin record of its attempt.
    private static final String COMMIT = """
            insert into decision (transaction_id, attempt, decision, sealed, timeline, decided_at)
            select p.id, p.attempt, 'COMMIT', p.sealed::jsonb, p.timeline::jsonb,
                   'epoch'::timestamptz + p.decided_at * interval '1 microsecond'
            from unnest(?::uuid[], ?::int8[], ?::text[], ?::text[], ?::int8[])
                 as p (id, attempt, sealed, timeline, decided_at)
            where exists (select from transaction t where t.id = p.id and t.attempt = p.attempt)
            order by p.id
            on conflict (transaction_id) do nothing
            returning transaction_id, attempt
            """;

    /// Enters ABORT, or what the begin record was closed with. The record is closed by the same stroke: whoever
    /// closes it at this moment waits for the row, and then finds it closed.
    private static final String ENTOMB = """
            with p as (
                select distinct on (id) *
                from unnest(?::uuid[], ?::int8[], ?::text[], ?::int8[]) as p (id, attempt, timeline, decided_at)
                order by id
            ), record as (
                update transaction t set decision = coalesce(t.decision, 'ABORT') from p
                where t.id = p.id and not exists (select from decision d where d.transaction_id = p.id)
                returning t.id, t.decision
            )
            insert into decision (transaction_id, attempt, decision, sealed, timeline, decided_at)
            select p.id, p.attempt, coalesce(record.decision, 'ABORT'), '{}', p.timeline::jsonb,
                   'epoch'::timestamptz + p.decided_at * interval '1 microsecond'
            from p left join record on record.id = p.id
            order by p.id
            on conflict (transaction_id) do nothing
            returning transaction_id, attempt
            """;

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

    private static final String DECISIONS = """
            select transaction_id, attempt register_attempt, decision register_decision, sealed, timeline register_timeline,
                   decided_at register_decided_at
            from decision where transaction_id = any (?::uuid[])
            """;

    private static final String COLUMNS = """
            t.id, t.attempt, t.name, t.protocol, t.digest, t.branches, t.created_at, t.deadline, t.owner, t.incarnation, t.epoch,
            t.decision, t.hazard, t.progress, t.timeline, t.decided_at, t.finished_at,
            d.transaction_id, d.attempt register_attempt, d.decision register_decision, d.sealed, d.timeline register_timeline,
            d.decided_at register_decided_at
            """;

    private static final String JOINED = "left join decision d on d.transaction_id = t.id";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<BranchSpec>> SPECS = new TypeReference<>() {};
    private static final TypeReference<List<BranchStatus>> STATUSES = new TypeReference<>() {};
    private static final TypeReference<TreeMap<String, String>> SEALED = new TypeReference<>() {};

    private final TransactionListener listener;
    private final Connections others;
    private final WriteLane<Prompt> prompts;
    private final WriteLane<Deciding> decisions;
    private final WriteLane<Ending> ends;

    /// @param database   gives physical connections, with the right to read and write rows
    /// @param gatherEnds how long end records gather
    PostgresTransactionStore(DataSource database, Duration gatherEnds, TransactionListener listener) {
        this.listener = listener;
        this.others = new Connections(database, OTHERS, "set synchronous_commit = off; set statement_timeout = '10s'");
        this.prompts = new WriteLane<>("begins", database, SESSION.formatted("off"), Duration.ZERO, new PromptWriter());
        this.decisions =
                new WriteLane<>("decisions", database, SESSION.formatted("on"), Duration.ZERO, new DecisionWriter());
        this.ends = new WriteLane<>("ends", database, SESSION.formatted("off"), gatherEnds, new EndWriter());
    }

    @Override
    public CompletableFuture<Begun> begin(Begin begin) {
        var beginning = new Beginning(begin, new CompletableFuture<>());
        prompts.submit(beginning);
        return beginning.answer();
    }

    @Override
    public void withdraw(Begin begin) {
        prompts.submit(new Withdrawing(begin));
    }

    @Override
    public CompletableFuture<Boolean> close(EndRecord end) {
        var closing = new Closing(end, new CompletableFuture<>());
        prompts.submit(closing);
        return closing.answer();
    }

    @Override
    public CompletableFuture<Register> decide(Proposal proposal) {
        var deciding = new Deciding(proposal, new CompletableFuture<>());
        decisions.submit(deciding);
        return deciding.answer();
    }

    @Override
    public CompletableFuture<Boolean> note(EndRecord end) {
        var ending = new Ending(end, new CompletableFuture<>());
        ends.submit(ending);
        return ending.answer();
    }

    /// What is small and somebody waits for.
    private sealed interface Prompt {}

    private record Beginning(Begin begin, CompletableFuture<Begun> answer) implements Prompt {}

    private record Withdrawing(Begin begin) implements Prompt {}

    private record Closing(EndRecord end, CompletableFuture<Boolean> answer) implements Prompt {}

    private record Deciding(Proposal proposal, CompletableFuture<Register> answer) {}

    private record Ending(EndRecord end, CompletableFuture<Boolean> answer) {}

    private static final class PromptWriter implements WriteLane.Writer<Prompt> {

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
                    : update(
                            connection,
                            CLOSE,
                            closings.stream().map(Closing::end).toList());
            for (var beginning : beginnings) {
                beginning.answer().complete(begun(beginning.begin(), attempts));
            }
            for (var closing : closings) {
                closing.answer().complete(closed.contains(closing.end().id()));
            }
        }

        /// Whose attempts these transactions are, after all of them were tried.
        private static Map<TransactionId, Attempt> store(Connection connection, List<Begin> begins)
                throws SQLException {
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

        private static Map<TransactionId, Attempt> insert(Connection connection, List<Begin> begins)
                throws SQLException {
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

    private final class DecisionWriter implements WriteLane.Writer<Deciding> {

        @Override
        public void write(Connection connection, List<Deciding> batch) throws SQLException {
            var proposals = batch.stream().map(Deciding::proposal).toList();
            var held = new HashMap<TransactionId, Register>();
            var commits = proposals.stream()
                    .filter(proposal -> proposal.decision() == Decision.COMMIT)
                    .toList();
            if (!commits.isEmpty()) {
                var entered = forced(() -> commit(connection, commits));
                commits.stream()
                        .filter(commit -> commit.attempt().equals(entered.get(commit.id())))
                        .forEach(commit -> held.put(commit.id(), commit.won()));
            }
            var losers = without(proposals, held);
            if (!losers.isEmpty()) {
                held.putAll(read(connection, losers));
            }
            // What is still missing is to abort: as proposed, or because its begin record is lost or another's.
            var aborts = without(proposals, held);
            if (!aborts.isEmpty()) {
                var _ = forced(() -> entomb(connection, aborts));
                held.putAll(read(connection, aborts));
            }
            for (var deciding : batch) {
                var register = held.get(deciding.proposal().id());
                if (register == null) {
                    throw new SQLException(
                            "no decision for " + deciding.proposal().id());
                }
                deciding.answer().complete(register);
            }
        }

        private static List<Proposal> without(List<Proposal> proposals, Map<TransactionId, Register> held) {
            return proposals.stream()
                    .filter(proposal -> !held.containsKey(proposal.id()))
                    .toList();
        }

        private static Map<TransactionId, Attempt> commit(Connection connection, List<Proposal> commits)
                throws SQLException {
            try (var statement = connection.prepareStatement(COMMIT)) {
                set(statement, 1, "uuid", commits, proposal -> proposal.id().value());
                set(
                        statement,
                        2,
                        "int8",
                        commits,
                        proposal -> proposal.attempt().value());
                set(statement, 3, "text", commits, proposal -> JSON.writeValueAsString(proposal.sealed()));
                set(statement, 4, "text", commits, proposal -> Timeline.write(proposal.timeline()));
                set(statement, 5, "int8", commits, proposal -> micros(proposal.at()));
                return attempts(statement);
            }
        }

        private static Map<TransactionId, Attempt> entomb(Connection connection, List<Proposal> aborts)
                throws SQLException {
            try (var statement = connection.prepareStatement(ENTOMB)) {
                set(statement, 1, "uuid", aborts, proposal -> proposal.id().value());
                set(statement, 2, "int8", aborts, proposal -> proposal.attempt().value());
                set(statement, 3, "text", aborts, proposal -> Timeline.write(proposal.timeline()));
                set(statement, 4, "int8", aborts, proposal -> micros(proposal.at()));
                return attempts(statement);
            }
        }

        private Map<TransactionId, Attempt> forced(Entering entering) throws SQLException {
            long start = System.nanoTime();
            var entered = entering.enter();
            if (!entered.isEmpty()) {
                listener.decisionsForced(entered.size(), Duration.ofNanos(System.nanoTime() - start));
            }
            return entered;
        }

        @Override
        public void failed(Deciding work, SQLException reason) {
            work.answer().completeExceptionally(new StoreUnavailableException(reason));
        }
    }

    /// Enters decisions; answers which, and of which attempt.
    private interface Entering {
        Map<TransactionId, Attempt> enter() throws SQLException;
    }

    private static Map<TransactionId, Attempt> attempts(PreparedStatement statement) throws SQLException {
        var attempts = new HashMap<TransactionId, Attempt>();
        try (var rows = statement.executeQuery()) {
            while (rows.next()) {
                attempts.put(idOf(rows, 1), new Attempt(rows.getLong(2)));
            }
        }
        return attempts;
    }

    private static Map<TransactionId, Register> read(Connection connection, List<Proposal> proposals)
            throws SQLException {
        var registers = new HashMap<TransactionId, Register>();
        try (var statement = connection.prepareStatement(DECISIONS)) {
            set(statement, 1, "uuid", proposals, proposal -> proposal.id().value());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var register = register(rows);
                    registers.put(register.id(), register);
                }
            }
        }
        return registers;
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

    private static final class EndWriter implements WriteLane.Writer<Ending> {

        @Override
        public void write(Connection connection, List<Ending> batch) throws SQLException {
            // Of two records of one attempt the later one counts.
            var latest = new LinkedHashMap<TransactionId, EndRecord>();
            batch.forEach(ending -> latest.put(ending.end().id(), ending.end()));
            var kept = update(connection, NOTE, List.copyOf(latest.values()));
            batch.forEach(ending ->
                    ending.answer().complete(kept.contains(ending.end().id())));
        }

        @Override
        public void failed(Ending work, SQLException reason) {
            work.answer().completeExceptionally(new StoreUnavailableException(reason));
        }
    }

    @Override
    public Optional<StoredTransaction> find(TransactionId id) {
        return query("select %s from transaction t %s where t.id = ?".formatted(COLUMNS, JOINED), statement -> {
                    statement.setObject(1, id.value());
                })
                .stream()
                .findFirst();
    }

    @Override
    public Optional<Register> register(TransactionId id) {
        return others.run(connection -> {
            try (var statement = connection.prepareStatement(DECISIONS)) {
                statement.setArray(1, connection.createArrayOf("uuid", new Object[] {id.value()}));
                try (var rows = statement.executeQuery()) {
                    return rows.next() ? Optional.of(register(rows)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public List<StoredTransaction> list(TransactionQuery query) {
        var conditions = new ArrayList<String>();
        var parameters = new ArrayList<Object>();
        if (query.state() != null) {
            conditions.add(
                    switch (query.state()) {
                        case VOTING, DECIDING ->
                            "t.finished_at is null and t.decision is null and d.transaction_id is null";
                        case COMMITTING -> "t.finished_at is null and coalesce(d.decision, t.decision) = 'COMMIT'";
                        case ABORTING -> "t.finished_at is null and coalesce(d.decision, t.decision) = 'ABORT'";
                        case COMMITTED -> "t.finished_at is not null and not t.hazard and t.decision = 'COMMIT'";
                        case ABORTED -> "t.finished_at is not null and not t.hazard and t.decision = 'ABORT'";
                        case HAZARD -> "t.finished_at is not null and t.hazard";
                    });
        }
        if (query.before() != null) {
            conditions.add("t.created_at < ?");
            parameters.add(query.before().atOffset(ZoneOffset.UTC));
        }
        if (query.after() != null) {
            conditions.add("t.id < ?");
            parameters.add(query.after().value());
        }
        var where = conditions.isEmpty() ? "" : "where " + String.join(" and ", conditions);
        return query(
                "select %s from transaction t %s %s order by t.id desc limit ?".formatted(COLUMNS, JOINED, where),
                statement -> {
                    int index = 1;
                    for (var parameter : parameters) {
                        statement.setObject(index++, parameter);
                    }
                    statement.setInt(index, query.limit());
                });
    }

    @Override
    public List<StoredTransaction> claim(Incarnation claimant, boolean predecessors, int limit) {
        return query("""
                with claimable as (
                    select t.id from transaction t
                    where t.finished_at is null and t.incarnation <> ? and (t.owner = ? or not ?)
                      and not exists (select from coordinator c
                                      where c.incarnation = t.incarnation and c.lease_until > clock_timestamp())
                    order by t.id limit ? for update of t skip locked
                ), t as (
                    update transaction set owner = ?, incarnation = ?, epoch = epoch + 1
                    where id in (select id from claimable) returning *
                )
                select %s from t %s
                """.formatted(COLUMNS, JOINED), statement -> {
            statement.setObject(1, claimant.id());
            statement.setString(2, claimant.node());
            statement.setBoolean(3, predecessors);
            statement.setInt(4, limit);
            statement.setString(5, claimant.node());
            statement.setObject(6, claimant.id());
        });
    }

    @Override
    public List<StoredTransaction> reclaim(Incarnation owner, Collection<TransactionId> ids) {
        return query("""
                with t as (
                    update transaction set epoch = epoch + 1
                    where id = any (?) and incarnation = ? and finished_at is null returning *
                )
                select %s from t %s
                """.formatted(COLUMNS, JOINED), statement -> {
            set(statement, 1, "uuid", List.copyOf(ids), TransactionId::value);
            statement.setObject(2, owner.id());
        });
    }

    @Override
    public List<TransactionId> unfinishedOf(Incarnation owner, Instant before, int limit) {
        return others.run(connection -> {
            try (var statement = connection.prepareStatement("""
                    select id from transaction
                    where finished_at is null and incarnation = ? and created_at < ? order by id limit ?
                    """)) {
                statement.setObject(1, owner.id());
                statement.setObject(2, before.atOffset(ZoneOffset.UTC));
                statement.setInt(3, limit);
                var ids = new ArrayList<TransactionId>();
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        ids.add(idOf(rows, 1));
                    }
                }
                return ids;
            }
        });
    }

    @Override
    public Backlog backlog() {
        return others.run(connection -> {
            try (var statement = connection.prepareStatement("""
                            select count(*) filter (where t.decision is null and d.transaction_id is null),
                                   count(*) filter (where t.decision is not null or d.transaction_id is not null),
                                   (select count(*) from transaction where hazard),
                                   min(t.created_at)
                            from transaction t left join decision d on d.transaction_id = t.id
                            where t.finished_at is null
                            """);
                    var rows = statement.executeQuery()) {
                rows.next();
                return new Backlog(rows.getLong(1), rows.getLong(2), rows.getLong(3), instant(rows, 4));
            }
        });
    }

    @Override
    public int purge(Instant before, int limit) {
        return others.run(connection -> {
            try (var lock = connection.prepareStatement("""
                    with mine as materialized (select pg_try_advisory_xact_lock(7237001, 1) as locked),
                    old as (
                        select t.id from mine, transaction t
                        where mine.locked and t.finished_at < ? and not t.hazard limit ? for update of t skip locked
                    ),
                    decided as (delete from decision using old where transaction_id = old.id returning 1),
                    gone as (delete from transaction t using old where t.id = old.id returning 1),
                    tombs as (
                        select d.transaction_id from mine, decision d
                        where mine.locked and d.decided_at < ?
                          and not exists (select from transaction t where t.id = d.transaction_id) limit ?
                    ),
                    levelled as (delete from decision d using tombs where d.transaction_id = tombs.transaction_id returning 1)
                    select (select count(*) from gone) + (select count(*) from levelled), (select count(*) from decided)
                    """)) {
                lock.setObject(1, before.atOffset(ZoneOffset.UTC));
                lock.setInt(2, limit);
                lock.setObject(3, before.atOffset(ZoneOffset.UTC));
                lock.setInt(4, limit);
                try (var rows = lock.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        });
    }

    @Override
    public boolean answers() {
        try {
            return others.run(connection -> connection.isValid(1));
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    @Override
    public void close() {
        prompts.close();
        decisions.close();
        ends.close();
        others.close();
    }

    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    private List<StoredTransaction> query(String sql, Parameters parameters) {
        return others.run(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                parameters.set(statement);
                var found = new ArrayList<StoredTransaction>();
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(stored(rows));
                    }
                }
                return found;
            }
        });
    }

    private static StoredTransaction stored(ResultSet row) throws SQLException {
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

    private static Register register(ResultSet row) throws SQLException {
        return new Register(
                new TransactionId(uuid(row, "transaction_id")),
                new Attempt(row.getLong("register_attempt")),
                Decision.valueOf(row.getString("register_decision")),
                JSON.readValue(row.getString("sealed"), SEALED),
                instantOf(row, "register_decided_at"),
                Timeline.read(row.getString("register_timeline")));
    }

    private static <T> void set(
            PreparedStatement statement,
            int index,
            String type,
            List<T> items,
            Function<? super T, ? extends @Nullable Object> value)
            throws SQLException {
        var values = new @Nullable Object[items.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.apply(items.get(i));
        }
        statement.setArray(index, statement.getConnection().createArrayOf(type, values));
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static TransactionId idOf(ResultSet row, int column) throws SQLException {
        return new TransactionId(row.getObject(column, UUID.class));
    }

    private static UUID uuid(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    private static Instant instantOf(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
