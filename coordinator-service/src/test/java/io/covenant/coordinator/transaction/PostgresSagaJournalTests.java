package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.CoordinatorEngine;
import io.covenant.coordinator.Plans;
import io.covenant.coordinator.database.ImpatientDataSource;
import io.covenant.coordinator.transaction.SagaJournal.Begun;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(120)
class PostgresSagaJournalTests extends SagaJournalContractTests {

    private final TestDatabase database;
    private final PostgresTransactionStore store;

    PostgresSagaJournalTests(@DatabaseOf("coordinator") TestDatabase database) {
        this.database = database;
        CoordinatorEngine.migrate(database.owner());
        this.store = new PostgresTransactionStore(
                new ImpatientDataSource(database.runtime(), Duration.ofSeconds(5)),
                TransactionSettings.defaults(),
                () -> 0,
                TransactionListener.NONE);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    TransactionStore store() {
        return store;
    }

    @Test
    void writesOverAFreshConnectionWhenTheOldOneBreaks() {
        for (int i = 0; i < 5; i++) {
            database.terminateBackends();
            var begin = begun();
            database.terminateBackends();
            var commit = proposal(begin, Decision.COMMIT, Map.of());
            assertThat(journal().decide(commit).join()).hasValue(commit.won());
        }
    }

    @Test
    void forcesBeginsAndDecisionsAndTakeOversBeforeItAnswers() {
        var begin = begun();
        assertLasts();
        assertThat(journal().read(begin.id())).isPresent();

        var taken = claim(begin);
        assertLasts();
        assertThat(journal().read(begin.id()).orElseThrow().stored().begin().epoch())
                .isEqualTo(2);

        var decision = journal()
                .decide(proposal(taken.begin(), Decision.ABORT, Map.of("a", "orders")))
                .join();
        assertLasts();
        assertThat(journal().read(begin.id()).orElseThrow().stored().register()).isEqualTo(decision);
    }

    /// The server dies at once, and comes back with what was on disk.
    private void assertLasts() {
        database.postgres().stopImmediately();
        database.postgres().start();
        await().until(store::answers);
    }

    @Test
    void passesByWhatIsBeingDecided() throws SQLException {
        var begin = begun();
        try (var deciding = database.superuser().getConnection()) {
            deciding.setAutoCommit(false);
            lockRow(deciding, begin);

            assertThat(store.claim(peer, false, 1000))
                    .extracting(one -> one.begin().id())
                    .doesNotContain(begin.id());

            deciding.rollback();
        }
        assertThat(claim(begin).begin().epoch()).isEqualTo(2);
    }

    @Test
    void seesAnEpochThatIsWrittenWhileItWaitsForTheBeginRecord() throws Exception {
        var begin = begun();
        CompletableFuture<?> proposed;
        try (var claiming = database.superuser().getConnection()) {
            claiming.setAutoCommit(false);
            try (var statement = claiming.createStatement()) {
                statement.execute("update transaction set epoch = epoch + 1 where id = '%s'".formatted(begin.id()));
            }
            proposed = journal()
                    .decide(proposal(begin, Decision.ABORT, Map.of()))
                    .thenAccept(register -> assertThat(register).isEmpty());
            awaitWaiter();
            claiming.commit();
        }
        proposed.get(30, TimeUnit.SECONDS);
        assertThat(store.register(begin.id())).isEmpty();
    }

    @Test
    void letsNoSagaBeginWhileItsIdIsBeingDecided() throws Exception {
        var begin = begin(me, Plans.id());
        CompletableFuture<Begun> begun;
        try (var entombing = database.superuser().getConnection()) {
            entombing.setAutoCommit(false);
            Tombs.lock(entombing, List.of(begin.id()));
            begun = journal().begin(begin, saga());
            awaitWaiter();
            try (var statement = entombing.createStatement()) {
                statement.execute("""
                        insert into decision (transaction_id, attempt, decision, sealed, timeline, decided_at)
                        values ('%s', 0, 'ABORT', '{}', '[]', now())
                        """.formatted(begin.id()));
            }
            entombing.commit();
        }
        assertThat(begun.get(30, TimeUnit.SECONDS)).isInstanceOf(Begun.Entombed.class);
        assertThat(journal().read(begin.id())).isEmpty();
    }

    @Test
    void decidesNothingAboutASagaThatIsBegunMeanwhile() throws Exception {
        var begin = begin(me, Plans.id());
        CompletableFuture<Register> entombed;
        try (var beginning = database.superuser().getConnection()) {
            beginning.setAutoCommit(false);
            Tombs.lock(beginning, List.of(begin.id()));
            entombed = store.decide(TransactionStore.Proposal.tombstone(begin.id(), new Attempt(0), now()));
            awaitWaiter();
            try (var statement = beginning.createStatement()) {
                statement.execute("""
                        insert into transaction (id, attempt, name, protocol, digest, branches, created_at, deadline, owner, incarnation, epoch, saga)
                        values ('%s', 1, 'x', 'SAGA', 'x', '[]', now(), now(), 'x', gen_random_uuid(), 1, '{}')
                        """.formatted(begin.id()));
            }
            beginning.commit();
        }
        assertThat(entombed).failsWithin(Duration.ofSeconds(30));
        assertThat(store.register(begin.id())).isEmpty();
    }

    private static void lockRow(Connection connection, Begin begin) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("select 1 from transaction where id = '%s' for update".formatted(begin.id()));
        }
    }

    /// Until somebody waits for a lock.
    private void awaitWaiter() {
        await().until(() -> {
            try (var connection = database.superuser().getConnection();
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery("select count(*) from pg_locks where not granted")) {
                rows.next();
                return rows.getInt(1) > 0;
            }
        });
    }
}
