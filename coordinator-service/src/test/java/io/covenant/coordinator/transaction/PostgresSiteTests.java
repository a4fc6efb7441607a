package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.CoordinatorEngine;
import io.covenant.coordinator.database.ImpatientDataSource;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@RealPostgres
class PostgresSiteTests extends CoordinatorsSiteContractTests {

    private final TestDatabase database;
    private final PostgresTransactionStore store;

    PostgresSiteTests(@DatabaseOf("coordinator") TestDatabase database) {
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

    @Override
    void loseRecord(Begin begin) {
        try (var connection = database.superuser().getConnection();
                var delete = connection.prepareStatement("delete from transaction where id = ?")) {
            delete.setObject(1, begin.id().value());
            delete.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void keepsItsWordThroughACrash() {
        var begin = Begins.by(Incarnation.of("coordinator-1"));
        store.begin(begin).join();
        store.site()
                .ask(
                        begin.id(),
                        begin.attempt(),
                        new Request.Attempt(Election.FIRST, Outcome.commit(begin.branchIds())));

        database.postgres().stopImmediately();
        try {
            assertThatThrownBy(() -> store.site().read(begin.id(), begin.attempt()))
                    .isInstanceOf(StoreUnavailableException.class);
        } finally {
            database.postgres().start();
        }

        await().ignoreException(StoreUnavailableException.class)
                .untilAsserted(() -> assertThat(store.site()
                                .read(begin.id(), begin.attempt())
                                .standing()
                                .position())
                        .isEqualTo(Position.PRE_COMMITTED));
        // Whoever pre-commits has its begin record on disk as well: one log, in this order.
        assertThat(store.find(begin.id())).isPresent();
    }
}
