package io.covenant.transactions.participant;

import jakarta.persistence.EntityManagerFactory;
import java.util.Objects;
import javax.sql.DataSource;
import org.hibernate.cache.internal.NoCachingRegionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.resource.transaction.spi.TransactionCoordinatorBuilder;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/// JPA on Hibernate, with `PREPARE TRANSACTION` in place of the commit when a branch ends.
///
/// The prepare itself happens inside of Hibernate's commit, by [PreparingTransactionCoordinatorBuilder]: after the
/// flush and after every before-completion action, which may still write. What Hibernate and Spring do afterwards finds
/// a connection without a transaction and sends nothing.
public final class PreparableJpaTransactionManager extends JpaTransactionManager implements PreparableTransactions {

    public PreparableJpaTransactionManager() {
        setRollbackOnCommitFailure(true);
    }

    public PreparableJpaTransactionManager(EntityManagerFactory entityManagerFactory) {
        super(entityManagerFactory);
        setRollbackOnCommitFailure(true);
    }

    @Override
    public void afterPropertiesSet() {
        super.afterPropertiesSet();
        var factory = Objects.requireNonNull(getEntityManagerFactory()).unwrap(SessionFactoryImplementor.class);
        if (!(factory.getServiceRegistry().requireService(TransactionCoordinatorBuilder.class)
                instanceof PreparingTransactionCoordinatorBuilder)) {
            throw new ParticipantMisconfiguredException(
                    "Hibernate would commit a branch instead of preparing it.",
                    "Set the property hibernate.transaction.coordinator_class to %s."
                            .formatted(PreparingTransactionCoordinatorBuilder.class.getName()));
        }
        if (!(factory.getCache().getRegionFactory() instanceof NoCachingRegionFactory)) {
            throw new ParticipantMisconfiguredException(
                    "Hibernate's second-level cache is on; it would publish what a branch wrote when it is only prepared.",
                    "Set hibernate.cache.use_second_level_cache and hibernate.cache.use_query_cache to false.");
        }
    }

    @Override
    public DataSource database() {
        return Objects.requireNonNull(getDataSource(), "the entity manager factory knows its data source");
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        var branch = BranchTransaction.current();
        if (branch == null) {
            super.doCommit(status);
            return;
        }
        branch.owns(database(), Objects.requireNonNull(getEntityManagerFactory()));
        if (!branch.writes()) {
            branch.refuseForeignResources();
            super.doCommit(status);
            branch.committed();
            return;
        }
        super.doCommit(status);
        branch.park();
    }
}
