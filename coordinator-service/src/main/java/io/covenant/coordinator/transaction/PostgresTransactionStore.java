package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.DecisionWriter.Deciding;
import io.covenant.coordinator.transaction.EndWriter.Ending;
import io.covenant.coordinator.transaction.PromptWriter.Beginning;
import io.covenant.coordinator.transaction.PromptWriter.Closing;
import io.covenant.coordinator.transaction.PromptWriter.Prompt;
import io.covenant.coordinator.transaction.PromptWriter.Withdrawing;
import io.covenant.transactions.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import javax.sql.DataSource;

/// The store on PostgreSQL, see `V1__transactions.sql`.
///
/// Three [lanes][WriteLane] write: begin records, decisions, and end records, each on a connection of its own, so
/// that no begin waits for the disk. Only the lane of the decisions commits synchronously. PostgreSQL's log is
/// sequential: a decision that is on disk has everything there that was written before it. A fourth lane writes all
/// about [sagas][SagaJournal].
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

    /// Connections for the site of three-phase commits: each request is forced to disk by itself.
    private static final int SITES = 8;

    private final Connections others;
    private final Connections sites;
    private final CoordinatorsSite site;
    private final WriteLane<Prompt> prompts;
    private final WriteLane<Deciding> decisions;
    private final WriteLane<Ending> ends;
    private final WriteLane<SagaWriter.Writing> sagaWrites;
    private final SagaJournal sagas;

    /// @param database  gives physical connections, with the right to read and write rows
    /// @param undecided how many transactions are under way without a decision
    PostgresTransactionStore(
            DataSource database, TransactionSettings settings, IntSupplier undecided, TransactionListener listener) {
        this.others = new Connections(database, OTHERS, "set synchronous_commit = off; set statement_timeout = '10s'");
        this.sites = new Connections(database, SITES, "set synchronous_commit = on; set statement_timeout = '10s'");
        this.site = new PostgresSite(sites);
        BooleanSupplier busy = () -> undecided.getAsInt() > settings.paceAbove();
        this.prompts = new WriteLane<>(
                "begins",
                database,
                SESSION.formatted("off"),
                Gathering.paced(settings.paceBegins(), busy),
                new PromptWriter());
        this.decisions = new WriteLane<>(
                "decisions",
                database,
                SESSION.formatted("on"),
                Gathering.paced(settings.paceDecisions(), busy),
                new DecisionWriter(listener));
        this.ends = new WriteLane<>(
                "ends", database, SESSION.formatted("off"), Gathering.always(settings.gatherEnds()), new EndWriter());
        this.sagaWrites = new WriteLane<>(
                "sagas",
                database,
                SESSION.formatted("off"),
                Gathering.paced(settings.paceDecisions(), busy),
                new SagaWriter(listener));
        this.sagas = new PostgresSagaJournal(others, sagaWrites);
    }

    @Override
    public SagaJournal sagas() {
        return sagas;
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

    @Override
    public CoordinatorsSite site() {
        return site;
    }

    @Override
    public Optional<StoredTransaction> find(TransactionId id) {
        return query(
                        "select %s from transaction t %s where t.id = ?".formatted(Rows.COLUMNS, Rows.JOINED),
                        statement -> {
                            statement.setObject(1, id.value());
                        })
                .stream()
                .findFirst();
    }

    @Override
    public Optional<Register> register(TransactionId id) {
        return others.run(connection -> {
            try (var statement = connection.prepareStatement(Rows.DECISIONS)) {
                statement.setArray(1, connection.createArrayOf("uuid", new Object[] {id.value()}));
                try (var rows = statement.executeQuery()) {
                    return rows.next() ? Optional.of(Rows.register(rows)) : Optional.empty();
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
                        case EXECUTING, COMPENSATING, STUCK -> "t.finished_at is null and t.protocol = 'SAGA'";
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
                "select %s from transaction t %s %s order by t.id desc limit ?"
                        .formatted(Rows.COLUMNS, Rows.JOINED, where),
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
        return take("""
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
                """.formatted(Rows.COLUMNS, Rows.JOINED), statement -> {
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
        return take("""
                with t as (
                    update transaction set epoch = epoch + 1
                    where id = any (?) and incarnation = ? and finished_at is null returning *
                )
                select %s from t %s
                """.formatted(Rows.COLUMNS, Rows.JOINED), statement -> {
            Rows.set(statement, 1, "uuid", List.copyOf(ids), TransactionId::value);
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
                        ids.add(Rows.idOf(rows, 1));
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
                return new Backlog(rows.getLong(1), rows.getLong(2), rows.getLong(3), Rows.instant(rows, 4));
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
                    stood as (delete from site using old where transaction_id = old.id returning 1),
                    gone as (delete from transaction t using old where t.id = old.id returning 1),
                    tombs as (
                        select d.transaction_id from mine, decision d
                        where mine.locked and d.decided_at < ?
                          and not exists (select from transaction t where t.id = d.transaction_id) limit ?
                    ),
                    levelled as (delete from decision d using tombs where d.transaction_id = tombs.transaction_id returning 1)
                    select (select count(*) from gone) + (select count(*) from levelled),
                           (select count(*) from decided), (select count(*) from stood)
                    """)) {
                lock.setObject(1, before.atOffset(ZoneOffset.UTC));
                lock.setInt(2, limit);
                lock.setObject(3, before.atOffset(ZoneOffset.UTC));
                lock.setInt(4, limit);
                try (var rows = lock.executeQuery()) {
                    rows.next();
                    int purged = rows.getInt(1);
                    purgeStraySites(connection, before, limit);
                    return purged;
                }
            }
        });
    }

    /// Where it stands in attempts that left nothing else. None of them can commit: who pre-commits has a begin record.
    private static void purgeStraySites(Connection connection, Instant before, int limit) throws SQLException {
        try (var delete = connection.prepareStatement("""
                delete from site where ctid in (
                    select s.ctid from site s
                    where s.at < ? and s.position not in ('PRE_COMMITTED', 'COMMITTED')
                      and not exists (select from transaction t where t.id = s.transaction_id)
                      and not exists (select from decision d where d.transaction_id = s.transaction_id)
                    limit ? for update skip locked)
                """)) {
            delete.setObject(1, before.atOffset(ZoneOffset.UTC));
            delete.setInt(2, limit);
            delete.executeUpdate();
        }
    }

    @Override
    public boolean answers() {
        try {
            return others.run(connection -> {
                if (!connection.isValid(1)) {
                    throw new SQLException("a connection was broken", "08006");
                }
                return true;
            });
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    @Override
    public void close() {
        prompts.close();
        decisions.close();
        ends.close();
        sagaWrites.close();
        others.close();
        sites.close();
    }

    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    /// Takes over. Where a saga is among it, the new epoch is on disk before anybody acts as its owner: were it lost in
    /// a crash, two owners would have the same.
    private List<StoredTransaction> take(String sql, Parameters parameters) {
        return others.run(connection -> {
            connection.setAutoCommit(false);
            var taken = query(connection, sql, parameters);
            if (taken.stream().anyMatch(stored -> stored.begin().protocol() == CommitProtocol.SAGA)) {
                try (var statement = connection.createStatement()) {
                    statement.execute("set local synchronous_commit = on");
                }
            }
            connection.commit();
            connection.setAutoCommit(true);
            return taken;
        });
    }

    private List<StoredTransaction> query(String sql, Parameters parameters) {
        return others.run(connection -> query(connection, sql, parameters));
    }

    private static List<StoredTransaction> query(Connection connection, String sql, Parameters parameters)
            throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            parameters.set(statement);
            var found = new ArrayList<StoredTransaction>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(Rows.stored(rows));
                }
            }
            return found;
        }
    }
}
