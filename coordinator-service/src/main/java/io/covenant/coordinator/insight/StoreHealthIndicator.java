package io.covenant.coordinator.insight;

import io.covenant.coordinator.transaction.Transactions;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/// Whether the database with the register answers; without it this coordinator can begin and decide nothing.
@Component("databaseHealthIndicator")
final class StoreHealthIndicator extends AbstractHealthIndicator {

    private final Transactions transactions;

    StoreHealthIndicator(Transactions transactions) {
        super("The database does not answer");
        this.transactions = transactions;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        if (transactions.storeAnswers()) {
            health.up();
        } else {
            health.down();
        }
    }
}
