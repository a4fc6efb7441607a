package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.SagaWriter.Beginning;
import io.covenant.coordinator.transaction.SagaWriter.Deciding;
import io.covenant.coordinator.transaction.SagaWriter.Noting;
import io.covenant.coordinator.transaction.SagaWriter.Withdrawing;
import io.covenant.coordinator.transaction.SagaWriter.Writing;
import io.covenant.transactions.TransactionId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The journal on PostgreSQL, see `V3__sagas.sql`: one lane writes, which leaves those of the other protocols alone.
final class PostgresSagaJournal implements SagaJournal {

    private final Connections others;
    private final WriteLane<Writing> lane;

    /// @param others for reading
    PostgresSagaJournal(Connections others, WriteLane<Writing> lane) {
        this.others = others;
        this.lane = lane;
    }

    @Override
    public CompletableFuture<Begun> begin(Begin begin, SagaPlan plan) {
        var beginning = new Beginning(begin, plan, new CompletableFuture<>());
        lane.submit(beginning);
        return beginning.future();
    }

    @Override
    public CompletableFuture<Boolean> withdraw(Begin begin) {
        var withdrawing = new Withdrawing(begin, new CompletableFuture<>());
        lane.submit(withdrawing);
        return withdrawing.future();
    }

    @Override
    public CompletableFuture<Optional<Register>> decide(Proposal proposal) {
        var deciding = new Deciding(proposal, new CompletableFuture<>());
        lane.submit(deciding);
        return deciding.future();
    }

    @Override
    public CompletableFuture<Boolean> note(Note note) {
        var noting = new Noting(note, new CompletableFuture<>());
        lane.submit(noting);
        return noting.future();
    }

    @Override
    public Optional<Entry> read(TransactionId id) {
        return others.run(connection -> {
            try (var statement = connection.prepareStatement("""
                    select %s, t.saga from transaction t %s where t.id = ? and t.saga is not null
                    """.formatted(Rows.COLUMNS, Rows.JOINED))) {
                statement.setObject(1, id.value());
                try (var rows = statement.executeQuery()) {
                    if (!rows.next()) {
                        return Optional.empty();
                    }
                    var stored = Rows.stored(rows);
                    var plan = SagaPlan.read(stored.begin().name(), rows.getString("saga"));
                    return Optional.of(new Entry(stored, plan));
                }
            }
        });
    }
}
