package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.BranchExecutorTests.codeOf;
import static io.covenant.transactions.participant.BranchExecutorTests.refusalOf;
import static io.covenant.transactions.participant.BranchExecutorTests.yes;
import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.sample.Product;
import io.covenant.transactions.participant.sample.Products;
import io.covenant.transactions.participant.sample.SampleService;
import io.covenant.transactions.participant.sample.Taken;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.LockModeType;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Branches that work with JPA: what Hibernate and Spring do around a commit must happen around a prepare.
@RealPostgres
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class JpaBranchTests {

    private final TestDatabase database;
    private final TestDatabase second;
    private final JdbcTemplate outside;

    @SuppressWarnings("NullAway.Init")
    private ConfigurableApplicationContext service;

    @SuppressWarnings("NullAway.Init")
    private BranchExecutor executor;

    @SuppressWarnings("NullAway.Init")
    private Products products;

    @SuppressWarnings("NullAway.Init")
    private EntityManager entities;

    @SuppressWarnings("NullAway.Init")
    private SampleService.Listeners listeners;

    JpaBranchTests(TestDatabase database, @DatabaseOf("second") TestDatabase second) {
        this.database = database;
        this.second = second;
        outside = new JdbcTemplate(database.superuser());
    }

    @BeforeAll
    void start() {
        service = SampleService.start(database);
        executor = service.getBean(BranchExecutor.class);
        products = service.getBean(Products.class);
        listeners = service.getBean(SampleService.Listeners.class);
        entities = SharedEntityManagerCreator.createSharedEntityManager(service.getBean(EntityManagerFactory.class));
        second.migrate("create table note (text text)");
    }

    @BeforeEach
    void fill() {
        database.rollbackPrepared();
        products.deleteAll();
        products.save(new Product("A", 10));
        products.save(new Product("B", 10));
        listeners.heard().clear();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void flushesWhatTheMethodChangedBeforeItPrepares() {
        var branch = branch();
        assertThat(executor.prepare(branch, "take", ENOUGH, _ -> product("A").take(1)))
                .isEqualTo(yes());
        assertThat(onHand("A")).isEqualTo(10);

        executor.finish(branch, Decision.COMMIT);
        assertThat(onHand("A")).isEqualTo(9);
    }

    @Test
    void leavesNothingOfWhatTheMethodChangedAfterAnAbort() {
        var branch = branch();
        executor.prepare(branch, "take", ENOUGH, _ -> product("A").take(1));

        executor.finish(branch, Decision.ABORT);
        assertThat(onHand("A")).isEqualTo(10);
        assertThat(version("A")).isZero();
    }

    @Test
    void holdsWhatACallbackBeforeTheCommitChanges() {
        abortsEverythingOf(_ -> {
            var product = product("A");
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void beforeCommit(boolean readOnly) {
                    product.take(1);
                }
            });
        });
    }

    @Test
    void holdsWhatACallbackBeforeTheCompletionWrites() {
        abortsEverythingOf(
                _ -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void beforeCompletion() {
                        entities.createNativeQuery("update product set on_hand = 1")
                                .executeUpdate();
                    }
                }));
    }

    @Test
    void holdsWhatHibernateWritesInItsOwnLastMoment() {
        abortsEverythingOf(_ -> entities.lock(product("A"), LockModeType.OPTIMISTIC_FORCE_INCREMENT));
        assertThat(version("A")).isZero();
    }

    @Test
    void holdsWhatJakartaSynchronizationsWrite() {
        abortsEverythingOf(_ -> session()
                .getTransaction()
                .registerSynchronization(new jakarta.transaction.Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        entities.createNativeQuery("update product set on_hand = 1")
                                .executeUpdate();
                    }

                    @Override
                    public void afterCompletion(int status) {}
                }));
    }

    private void abortsEverythingOf(BranchWork work) {
        var branch = branch();
        assertThat(executor.prepare(branch, "odd", ENOUGH, work)).isEqualTo(yes());
        executor.finish(branch, Decision.ABORT);
        assertThat(onHand("A")).isEqualTo(10);
    }

    @Test
    void worksWithSqlAndEntitiesInOneTransaction() {
        var branch = branch();
        executor.prepare(branch, "take", ENOUGH, _ -> {
            product("A").take(1);
            service.getBean(JdbcTemplate.class).update("update product set on_hand = 5 where sku = 'B'");
        });
        executor.finish(branch, Decision.COMMIT);
        assertThat(onHand("A")).isEqualTo(9);
        assertThat(onHand("B")).isEqualTo(5);
    }

    @Test
    void readsInATransactionThatCannotWrite() {
        var branch = branch();
        var read = executor.read(
                branch, "look", ENOUGH, _ -> assertThat(product("A").onHand()).isEqualTo(10));
        assertThat(read).isInstanceOf(PrepareAnswer.Voted.class).isNotEqualTo(yes());

        var written = executor.read(
                branch(),
                "look",
                ENOUGH,
                _ -> entities.createNativeQuery("update product set on_hand = 1")
                        .executeUpdate());
        assertThat(codeOf(written)).isEqualTo("not-read-only");
        assertThat(onHand("A")).isEqualTo(10);
    }

    @Test
    void commitsOutsideOfBranchesAsAlways() {
        transaction().executeWithoutResult(_ -> product("A").take(2));
        assertThat(onHand("A")).isEqualTo(8);
        assertThat(database.prepared()).isEmpty();
    }

    // After the commit.

    @Test
    void runsWhatWaitsForTheCommitWhenItCommits() {
        var branch = branch();
        executor.prepare(branch, "take", ENOUGH, _ -> announce());
        assertThat(listeners.heard()).containsExactly("before commit A");

        executor.finish(branch, Decision.COMMIT);
        await().untilAsserted(() -> assertThat(listeners.heard()).containsExactly("before commit A", "after commit A"));
    }

    @Test
    void tellsWhatWaitsForTheCommitWhenItAborts() {
        var branch = branch();
        executor.prepare(branch, "take", ENOUGH, _ -> announce());
        executor.finish(branch, Decision.ABORT);
        await().untilAsserted(
                        () -> assertThat(listeners.heard()).containsExactly("before commit A", "after rollback A"));
    }

    @Test
    void runsWhatWaitsForTheCommitWhenAnotherInstanceCommits() {
        var committed = branch();
        var aborted = branch();
        executor.prepare(committed, "take", ENOUGH, _ -> announce());
        executor.prepare(aborted, "take", ENOUGH, _ -> service.publishEvent(new Taken("B", 1)));
        listeners.heard().clear();
        var runtime = new JdbcTemplate(database.runtime());
        runtime.execute("commit prepared '" + committed.gid() + "'");
        runtime.execute("rollback prepared '" + aborted.gid() + "'");

        executor.releaseFinishedElsewhere(Set.of(), Duration.ZERO);
        await().untilAsserted(() ->
                assertThat(listeners.heard()).containsExactlyInAnyOrder("after commit A", "after rollback B"));
    }

    @Test
    void runsNothingThatWaitsForTheCommitWhenTheBranchRefuses() {
        executor.prepare(branch(), "take", ENOUGH, _ -> {
            announce();
            throw new BranchRefusedException("no", "No.");
        });
        assertThat(listeners.heard()).containsExactly("after rollback A");
    }

    private void announce() {
        service.publishEvent(new Taken("A", 1));
    }

    // What a branch must not do.

    @Test
    void refusesASecondTransaction() {
        assertRefused("not-preparable", _ -> {
            product("A").take(1);
            newTransaction(transactions())
                    .executeWithoutResult(_ -> product("B").take(1));
        });
        assertThat(onHand("B")).isEqualTo(10);
    }

    @Test
    void refusesToLeaveTheTransactionForAWhile() {
        var outsideOfIt = new TransactionTemplate(transactions());
        outsideOfIt.setPropagationBehavior(TransactionTemplate.PROPAGATION_NOT_SUPPORTED);
        assertRefused("not-preparable", _ -> outsideOfIt.executeWithoutResult(_ -> product("B")));
    }

    @Test
    void refusesTheTransactionOfAnotherDatabase() {
        var other = new JdbcTransactionManager(second.runtime());
        assertRefused("not-preparable", _ -> newTransaction(other).executeWithoutResult(_ -> {}));
    }

    @Test
    void refusesToPrepareWhatAlsoWroteToAnotherDatabase() {
        var other = new JdbcTemplate(second.runtime());
        assertRefused("not-preparable", _ -> {
            product("A").take(1);
            other.update("insert into note values ('not part of it')");
        });
    }

    @Test
    void refusesToPrepareWhatWritesToAnotherDatabaseInTheLastMoment() {
        var other = new JdbcTemplate(second.runtime());
        assertRefused(
                "not-preparable",
                _ -> session().getTransaction().registerSynchronization(new jakarta.transaction.Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        other.update("insert into note values ('not part of it')");
                    }

                    @Override
                    public void afterCompletion(int status) {}
                }));
    }

    @Test
    void refusesAnEntityManagerWithATransactionOfItsOwn() {
        var branch = branch();
        var answer = executor.prepare(branch, "odd", ENOUGH, _ -> {
            product("A").take(1);
            try (var own = service.getBean(EntityManagerFactory.class).createEntityManager()) {
                own.getTransaction().begin();
                own.find(Product.class, "B").take(1);
                own.getTransaction().commit();
            }
        });
        assertThat(answer).isNotEqualTo(yes());
        assertNothingIsLeftOf(branch);
        assertThat(onHand("B")).isEqualTo(10);
    }

    @Test
    void refusesWhenTheMethodMarksItsTransactionForRollback() {
        assertRefused(
                "rolled-back",
                _ -> transaction().executeWithoutResult(status -> {
                    product("A").take(1);
                    status.setRollbackOnly();
                }));
    }

    @Test
    void refusesWhenAnInnerFailureIsSwallowed() {
        assertRefused("rolled-back", _ -> {
            product("A").take(1);
            try {
                transaction().executeWithoutResult(_ -> {
                    throw new IllegalStateException("inner");
                });
            } catch (IllegalStateException swallowed) {
                // as a careless method does
            }
        });
    }

    @Test
    void refusesWithTheConstraintThatTheFlushViolates() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> product("A").take(11));
        assertThat(refusalOf(answer).code()).isEqualTo("constraint-violated");
        assertThat(refusalOf(answer).parameters()).containsEntry("constraint", "on_hand_positive");
        assertNothingIsLeftOf(branch);
    }

    @Test
    void refusesAsAConflictWhatWasChangedMeanwhile() {
        assertRefused("conflict", _ -> {
            var product = product("A");
            somebodyElse("update product set version = version + 1 where sku = 'A'");
            product.take(1);
        });
    }

    private void assertRefused(String code, BranchWork work) {
        var branch = branch();
        assertThat(codeOf(executor.prepare(branch, "odd", ENOUGH, work))).isEqualTo(code);
        assertNothingIsLeftOf(branch);
    }

    private void assertNothingIsLeftOf(BranchId branch) {
        assertThat(database.prepared()).isEmpty();
        assertThat(outside.queryForObject(
                        "select count(*) from branch_barrier where gid = ?", Integer.class, branch.gid()))
                .isZero();
        assertThat(onHand("A")).isEqualTo(10);
        // The thread and its connection are as if nothing had been.
        assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                .isFalse();
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
        transaction()
                .executeWithoutResult(_ -> assertThat(product("B").onHand()).isEqualTo(10));
    }

    /// On a connection that Spring knows nothing of.
    private void somebodyElse(String sql) throws SQLException {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private PlatformTransactionManager transactions() {
        return service.getBean(PlatformTransactionManager.class);
    }

    private TransactionTemplate transaction() {
        return new TransactionTemplate(transactions());
    }

    private static TransactionTemplate newTransaction(PlatformTransactionManager manager) {
        var template = new TransactionTemplate(manager);
        template.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
        return template;
    }

    private Product product(String sku) {
        return products.findById(sku).orElseThrow();
    }

    /// The branch's own, without the proxy around it.
    private Session session() {
        var mine = EntityManagerFactoryUtils.getTransactionalEntityManager(service.getBean(EntityManagerFactory.class));
        return Objects.requireNonNull(mine).unwrap(Session.class);
    }

    private @Nullable Integer onHand(String sku) {
        return outside.queryForObject("select on_hand from product where sku = ?", Integer.class, sku);
    }

    private @Nullable Integer version(String sku) {
        return outside.queryForObject("select version from product where sku = ?", Integer.class, sku);
    }
}
