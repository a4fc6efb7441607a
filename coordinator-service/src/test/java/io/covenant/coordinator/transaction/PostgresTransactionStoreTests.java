package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.CoordinatorEngine;
import io.covenant.coordinator.database.ImpatientDataSource;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.TransactionStore.Begun;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.TransactionId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(120)
class PostgresTransactionStoreTests extends TransactionStoreContractTests {

    private final TestDatabase database;
    private final List<Integer> batches = new ArrayList<>();
    private final PostgresTransactionStore store;

    PostgresTransactionStoreTests(@DatabaseOf("coordinator") TestDatabase database) {
        this.database = database;
        CoordinatorEngine.migrate(database.owner());
        this.store = new PostgresTransactionStore(
                new ImpatientDataSource(database.runtime(), Duration.ofSeconds(5)),
                TransactionSettings.defaults(),
                () -> 0,
                new TransactionListener() {
                    @Override
                    public void decisionsForced(int decisions, Duration took) {
                        synchronized (batches) {
                            batches.add(decisions);
                        }
                    }
                });
    }

    @AfterEach
    void close() {
        store.close();
        execute("truncate coordinator");
    }

    @Override
    TransactionStore store() {
        return store;
    }

    @Override
    void lives(Incarnation incarnation) {
        execute(
                "insert into coordinator (incarnation, node, lease_until) values ('%s', '%s', now() + interval '1 hour')"
                        .formatted(incarnation.id(), incarnation.node()));
    }

    @Override
    void lose(TransactionId id) {
        execute("delete from transaction where id = '%s'".formatted(id));
    }

    @Test
    void writesDecisionsTogether() {
        var proposals = new ArrayList<CompletableFuture<Register>>();
        for (int i = 0; i < 100; i++) {
            var begin = Begins.by(me);
            store.begin(begin).join();
            proposals.add(CompletableFuture.completedFuture(null));
            proposals.set(i, store.decide(commit(begin)));
        }
        proposals.forEach(CompletableFuture::join);
        synchronized (batches) {
            assertThat(batches.stream().mapToInt(Integer::intValue).sum()).isEqualTo(100);
        }
    }

    @Test
    void writesOverAFreshConnectionWhenTheOldOneBreaks() {
        for (int i = 0; i < 5; i++) {
            database.terminateBackends();
            var begin = Begins.by(me);
            assertThat(store.begin(begin).join()).isEqualTo(new Begun.Stored());
            database.terminateBackends();
            assertThat(store.decide(commit(begin)).join())
                    .isEqualTo(store.register(begin.id()).orElseThrow());
            database.terminateBackends();
            assertThat(store.note(Begins.end(begin, io.covenant.transactions.Decision.COMMIT))
                            .join())
                    .isTrue();
        }
    }

    @Test
    void doesNotLetOneSpoilTheOthers() {
        var good = Begins.by(me);
        var bad = Begins.by(me);
        var spoilt = new Begin(
                bad.id(),
                bad.attempt(),
                "nul \0",
                bad.protocol(),
                bad.digest(),
                bad.branches(),
                bad.createdAt(),
                bad.deadline(),
                bad.owner(),
                1);
        var others = new ArrayList<CompletableFuture<Begun>>();
        CompletableFuture<Begun> failing = store.begin(spoilt);
        for (int i = 0; i < 10; i++) {
            others.add(store.begin(i == 5 ? good : Begins.by(me)));
        }

        assertThat(others).extracting(CompletableFuture::join).containsOnly(new Begun.Stored());
        assertThatThrownBy(failing::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void failsAtOnceWhileTheDatabaseIsAwayAndGoesOnWhenItIsBack() {
        database.postgres().stopImmediately();
        try {
            assertThatThrownBy(() -> store.begin(Begins.by(me)).join())
                    .hasCauseInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.find(Begins.by(me).id())).isInstanceOf(StoreUnavailableException.class);
            assertThat(store.answers()).isFalse();
        } finally {
            database.postgres().start();
        }
        await().until(() -> !store.begin(Begins.by(me))
                .handle((begun, failure) -> begun == null)
                .join());
        assertThat(store.answers()).isTrue();
    }

    @Test
    void doesNotHangWhenTheDatabaseDoes() {
        store.begin(Begins.by(me)).join();
        database.postgres().pause();
        try {
            assertThat(store.answers()).isFalse();
        } finally {
            database.postgres().resume();
        }
        assertThat(store.begin(Begins.by(me)).join()).isEqualTo(new Begun.Stored());
    }

    private void execute(String sql) {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
