package io.covenant.coordinator.transaction;

import static io.covenant.coordinator.transaction.Rows.JSON;
import static io.covenant.coordinator.transaction.Rows.attempts;
import static io.covenant.coordinator.transaction.Rows.micros;
import static io.covenant.coordinator.transaction.Rows.set;

import io.covenant.coordinator.transaction.DecisionWriter.Deciding;
import io.covenant.coordinator.transaction.TransactionStore.Proposal;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Writes decisions, the only thing that is on disk before it is answered.
final class DecisionWriter implements WriteLane.Writer<Deciding> {

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
    ///
    /// Nothing enters where an attempt under three-phase commit is pre-committed: that one may have committed.
    private static final String ENTOMB = """
            with p as (
                select distinct on (id) *
                from unnest(?::uuid[], ?::int8[], ?::text[], ?::int8[]) as p (id, attempt, timeline, decided_at)
                where not exists (select from transaction t where t.id = p.id and t.protocol = 'SAGA')
                  and not exists (select from site s
                                    where s.transaction_id = p.id and s.position in ('PRE_COMMITTED', 'COMMITTED'))
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

    record Deciding(Proposal proposal, CompletableFuture<Register> answer) {}

    private final TransactionListener listener;

    DecisionWriter(TransactionListener listener) {
        this.listener = listener;
    }

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
                failed(
                        deciding,
                        new SQLException("a saga's, or pre-committed: "
                                + deciding.proposal().id()));
            } else {
                deciding.answer().complete(register);
            }
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
            set(statement, 2, "int8", commits, proposal -> proposal.attempt().value());
            set(statement, 3, "text", commits, proposal -> JSON.writeValueAsString(proposal.sealed()));
            set(statement, 4, "text", commits, proposal -> Timeline.write(proposal.timeline()));
            set(statement, 5, "int8", commits, proposal -> micros(proposal.at()));
            return attempts(statement);
        }
    }

    /// Under the locks of the [coordinators' site][PostgresSite], so that none of these is pre-committed meanwhile.
    private static Map<TransactionId, Attempt> entomb(Connection connection, List<Proposal> aborts)
            throws SQLException {
        connection.setAutoCommit(false);
        Tombs.lock(connection, aborts.stream().map(Proposal::id).toList());
        try (var statement = connection.prepareStatement(ENTOMB)) {
            set(statement, 1, "uuid", aborts, proposal -> proposal.id().value());
            set(statement, 2, "int8", aborts, proposal -> proposal.attempt().value());
            set(statement, 3, "text", aborts, proposal -> Timeline.write(proposal.timeline()));
            set(statement, 4, "int8", aborts, proposal -> micros(proposal.at()));
            var entered = attempts(statement);
            connection.commit();
            connection.setAutoCommit(true);
            return entered;
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

    private static Map<TransactionId, Register> read(Connection connection, List<Proposal> proposals)
            throws SQLException {
        var registers = new HashMap<TransactionId, Register>();
        try (var statement = connection.prepareStatement(Rows.DECISIONS)) {
            set(statement, 1, "uuid", proposals, proposal -> proposal.id().value());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var register = Rows.register(rows);
                    registers.put(register.id(), register);
                }
            }
        }
        return registers;
    }

    /// Enters decisions; answers which, and of which attempt.
    private interface Entering {
        Map<TransactionId, Attempt> enter() throws SQLException;
    }
}
