package io.covenant.transactions.participant.sample;

import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchOperation;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.participant.Cancel;
import io.covenant.transactions.participant.Compensation;
import io.covenant.transactions.participant.Confirm;
import io.covenant.transactions.participant.ReservationGoneException;
import io.covenant.transactions.participant.SagaStep;
import io.covenant.transactions.participant.Try;
import io.covenant.transactions.participant.local.StepReports;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

@SpringBootConfiguration
@EnableAutoConfiguration
@EntityScan
@EnableJpaRepositories
@Import({
    SampleService.Operations.class,
    SampleService.LocalOperations.class,
    SampleService.Shop.class,
    SampleService.Listeners.class
})
public class SampleService {

    /// Starts the service over this database, with these properties besides.
    public static ConfigurableApplicationContext start(TestDatabase database, String... properties) {
        var all = new LinkedHashMap<String, Object>(database.springProperties());
        all.put("server.port", 0);
        all.put("spring.datasource.hikari.maximum-pool-size", 6);
        all.put("spring.jpa.hibernate.ddl-auto", "none");
        all.put("covenant.transactions.participant.sweep.enabled", false);
        // As arguments: nothing that the build sets for all tests has a say in them.
        var own = Stream.of(properties).map(property -> "--" + property).toArray(String[]::new);
        return new SpringApplicationBuilder(SampleService.class).properties(all).run(own);
    }

    public record Take(
            @NotNull String sku,
            @Min(1) @Max(1000) int quantity,
            @Nullable BigDecimal price) {}

    public record Look(String sku) {}

    @Component
    public static class Operations {

        private final Shop shop;
        private final ApplicationEventPublisher events;
        private final List<BigDecimal> prices = new CopyOnWriteArrayList<>();

        Operations(Shop shop, ApplicationEventPublisher events) {
            this.shop = shop;
            this.events = events;
        }

        public List<BigDecimal> prices() {
            return prices;
        }

        @BranchOperation("take")
        void take(Take take, Branch branch) {
            if (take.price() != null) {
                prices.add(take.price());
            }
            shop.take(take.sku(), take.quantity());
            events.publishEvent(new Taken(take.sku(), take.quantity()));
            if (branch.timeLeft().isZero()) {
                throw new IllegalStateException("late");
            }
        }

        @BranchOperation(value = "look", readOnly = true)
        void look(Look look) {
            shop.look(look.sku());
        }

        @BranchOperation("take-apart")
        void takeApart(Take take) {
            shop.takeApart(take.sku(), take.quantity());
        }
    }

    /// The same under *try, confirm, cancel* and in sagas; JPA for the products, JDBC for what is held.
    @Component
    public static class LocalOperations {

        private final Shop shop;
        private final JdbcTemplate jdbc;
        private final StepReports reports;

        LocalOperations(Shop shop, JdbcTemplate jdbc, StepReports reports) {
            this.shop = shop;
            this.jdbc = jdbc;
            this.reports = reports;
        }

        @Try("take")
        boolean hold(Take take, Branch branch) {
            if (take.quantity() == 1000) {
                return false;
            }
            shop.take(take.sku(), take.quantity());
            jdbc.update("insert into held values (?, ?, ?)", branch.id().gid(), take.sku(), take.quantity());
            return true;
        }

        @Confirm("take")
        void confirm(Branch branch) {
            if (jdbc.update("delete from held where gid = ?", branch.id().gid()) == 0) {
                throw new ReservationGoneException("nothing is held");
            }
        }

        @Cancel("take")
        void cancel(Branch branch) {
            jdbc.update(
                    "update product set on_hand = on_hand + held.quantity from held where held.sku = product.sku and gid = ?",
                    branch.id().gid());
            jdbc.update("delete from held where gid = ?", branch.id().gid());
        }

        @SagaStep("take")
        void take(Take take) {
            shop.take(take.sku(), take.quantity());
        }

        @Compensation("take")
        void putBack(Take take) {
            shop.take(take.sku(), -take.quantity());
        }

        @SagaStep(value = "ship", reports = true)
        void ship(Look look) {}

        @Transactional
        public void shipped(BranchId step, String sku) {
            shop.take(sku, 1);
            reports.done(step);
        }
    }

    @Component
    public static class Shop {

        private final Products products;

        Shop(Products products) {
            this.products = products;
        }

        @Transactional
        public void take(String sku, int quantity) {
            var product = products.findById(sku)
                    .orElseThrow(() -> new BranchRefusedException(
                            "unknown-sku", "There is no item " + sku + ".", Map.of("sku", sku)));
            product.take(quantity);
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void takeApart(String sku, int quantity) {
            take(sku, quantity);
        }

        @Transactional(readOnly = true)
        public int look(String sku) {
            return products.findById(sku).orElseThrow().onHand();
        }
    }

    /// What happens after the commit, or the rollback, in order.
    @Component
    public static class Listeners {

        private final List<String> heard = new CopyOnWriteArrayList<>();

        public List<String> heard() {
            return heard;
        }

        @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
        void beforeCommit(Taken taken) {
            heard.add("before commit " + taken.sku());
        }

        @TransactionalEventListener
        void afterCommit(Taken taken) {
            heard.add("after commit " + taken.sku());
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
        void afterRollback(Taken taken) {
            heard.add("after rollback " + taken.sku());
        }
    }
}
