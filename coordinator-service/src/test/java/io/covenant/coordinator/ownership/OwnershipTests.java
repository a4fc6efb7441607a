package io.covenant.coordinator.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.CoordinatorEngine;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RealPostgres
@Timeout(120)
class OwnershipTests {

    private static final OwnershipSettings QUICK = new OwnershipSettings(Duration.ofSeconds(5), Duration.ofMillis(300));

    private final TestDatabase database;
    private final Ownership ownership;

    OwnershipTests(@DatabaseOf("coordinator") TestDatabase database) {
        this.database = database;
        CoordinatorEngine.migrate(database.owner());
        this.ownership = ownership("coordinator-1");
    }

    private Ownership ownership(String node) {
        return new Ownership(Incarnation.of(node), database.runtime(), QUICK, System::nanoTime);
    }

    @AfterEach
    void close() {
        ownership.close();
    }

    @Test
    void holdsItsLeaseByRenewingIt() {
        ownership.start();

        assertThat(ownership.held()).isTrue();
        assertThat(ownership.settled()).isFalse();
        await().until(ownership::settled);
        assertThat(lives(ownership.self())).isTrue();
    }

    @Test
    void presumesItsEarlierLifeDead() {
        ownership.start();
        var reborn = ownership("coordinator-1");
        var other = ownership("coordinator-2");
        try {
            other.start();
            reborn.start();
            // The earlier one, should it be a zombie, says again that it lives: that only costs work.
            assertThat(lives(other.self())).isTrue();
            assertThat(lives(reborn.self())).isTrue();
        } finally {
            reborn.close();
            other.close();
        }
    }

    @Test
    void isPresumedDeadWhenItSaysNothing() {
        ownership.start();
        ownership.close();

        assertThat(ownership.held()).isFalse();
        await().until(() -> !lives(ownership.self()));
    }

    @Test
    void letsOthersGoOnAtOnceWhenItLeaves() {
        ownership.start();

        ownership.release();

        assertThat(lives(ownership.self())).isFalse();
    }

    @Test
    void waitsAfterAnOutageBeforeItPresumesOthersDead() {
        ownership.start();
        await().until(ownership::settled);
        database.postgres().stopImmediately();
        try {
            await().until(() -> !ownership.held());
        } finally {
            database.postgres().start();
        }
        await().until(ownership::held);

        assertThat(ownership.settled()).isFalse();
        await().until(ownership::settled);
    }

    private boolean lives(Incarnation incarnation) {
        try (var connection = database.superuser().getConnection();
                var statement = connection.prepareStatement(
                        "select lease_until > clock_timestamp() from coordinator where incarnation = ?")) {
            statement.setObject(1, incarnation.id());
            try (var rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
