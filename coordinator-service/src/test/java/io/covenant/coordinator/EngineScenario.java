package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ownership.OwnershipSettings;
import io.covenant.coordinator.transaction.Asking;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/// What tests of whole coordinators begin with: one of them, the services that it asks, and a database which it
/// may share with others.
@RealPostgres
@Timeout(180)
abstract class EngineScenario {

    static final Duration SHORT = Duration.ofSeconds(6);
    static final Executor VIRTUAL = Thread::startVirtualThread;

    final CommitProtocol protocol;
    final Asking asking;
    final TestDatabase database;
    final ModelParticipants services = new ModelParticipants("orders", "inventory");
    final List<CoordinatorEngine> engines = new ArrayList<>();
    CoordinatorEngine engine;

    private final boolean ownDatabase;

    /// In a database that others come after.
    EngineScenario(CommitProtocol protocol, TestDatabase database) {
        this(protocol, database, false);
    }

    /// In a database of its own, beside which others may be.
    EngineScenario(CommitProtocol protocol, PostgresInstance postgres) {
        this(protocol, postgres.create("coordinator"), true);
    }

    private EngineScenario(CommitProtocol protocol, TestDatabase database, boolean ownDatabase) {
        this.ownDatabase = ownDatabase;
        this.protocol = protocol;
        this.asking = protocol == CommitProtocol.TCC ? Asking.TRY : Asking.PREPARE;
        this.database = database;
        CoordinatorEngine.migrate(database.owner());
        this.engine = engine("coordinator-1");
    }

    CoordinatorEngine engine(String node) {
        var started = CoordinatorEngine.of(node, database.runtime(), services).start();
        engines.add(started);
        return started;
    }

    /// One that presumes nobody dead, and is presumed alive itself, for far longer than a test waits.
    CoordinatorEngine patientEngine(String node) {
        var started = CoordinatorEngine.parts(node, database.runtime(), services)
                .with(new OwnershipSettings(Duration.ofMinutes(2), Duration.ofMillis(500)))
                .engine()
                .start();
        engines.add(started);
        await().until(() -> started.ownership().held());
        return started;
    }

    TransactionPlan order(String... branches) {
        return Plans.under(protocol, Plans.order(branches));
    }

    TransactionPlan order(TransactionId id, Duration deadline, String... branches) {
        return Plans.under(protocol, Plans.order(id, deadline, branches));
    }

    @BeforeEach
    void holdsTheLease() {
        await().until(() -> engine.ownership().held());
    }

    @AfterEach
    void close() {
        try {
            Traces.requireAllowed(engines.getLast().transactions());
        } finally {
            engines.forEach(CoordinatorEngine::close);
            if (ownDatabase) {
                database.close();
            }
        }
    }

    String proposed() {
        return protocol == CommitProtocol.THREE_PHASE ? "attempt" : "decision-proposed";
    }

    static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }

    static List<String> events(TransactionResource transaction) {
        return transaction.timeline().stream()
                .map(TransactionResource.Event::event)
                .toList();
    }

    static BranchId gid(TransactionResource transaction, int branch) {
        return BranchId.parse(transaction.branches().get(branch).gid()).orElseThrow();
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long count(String sql) {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
