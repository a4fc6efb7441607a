package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.participant.FakeCoordinator.Reply;
import io.covenant.transactions.participant.sample.Product;
import io.covenant.transactions.participant.sample.Products;
import io.covenant.transactions.participant.sample.SampleService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationEventPublisher;

@RealPostgres
@Timeout(180)
class ParticipantLifeTests {

    private final TestDatabase database;

    ParticipantLifeTests(TestDatabase database) {
        this.database = database;
    }

    @Test
    void sweepsByItselfAndAsksTheCoordinators() {
        try (var coordinator = new FakeCoordinator((_, _) -> new Reply(503, "{}"));
                var service = SampleService.start(
                        database,
                        "covenant.services.coordinator=" + coordinator.address(),
                        "covenant.transactions.participant.sweep.enabled=true",
                        "covenant.transactions.participant.sweep.interval=100ms",
                        "covenant.transactions.participant.sweep.min-age=200ms",
                        "covenant.transactions.participant.max-prepared-age=500ms")) {
            var products = service.getBean(Products.class);
            products.save(new Product("A", 10));
            var health = service.getBean(BranchHealthIndicator.class);
            var branch = branch();
            service.getBean(BranchExecutor.class)
                    .prepare(
                            branch,
                            "take",
                            Duration.ofSeconds(20),
                            _ -> products.findById("A").orElseThrow().take(1));

            // Nobody tells: it stays, and shows.
            await().untilAsserted(() -> assertThat(statusOf(health)).isEqualTo(Status.DOWN));
            assertThat(database.prepared()).containsExactly(branch.gid());

            coordinator.says((_, _) -> new Reply(200, "{\"outcome\":\"COMMITTED\"}"));
            await().untilAsserted(() -> assertThat(database.prepared()).isEmpty());
            await().untilAsserted(() -> assertThat(statusOf(health)).isEqualTo(Status.UP));
            assertThat(products.findById("A").orElseThrow().onHand()).isEqualTo(9);
        }
    }

    @Test
    void isReadyOnlyWhenTheDatabaseHasAnsweredOnce(@DatabaseOf("shelf") TestDatabase bare) {
        try (var shelf = new Shelf(bare);
                var parallel = new InParallel(1)) {
            List<Object> events = new CopyOnWriteArrayList<>();
            ApplicationEventPublisher publisher = events::add;
            var metrics = BranchMetrics.none();
            var sweep = new BranchSweep(
                    new PreparedTransactions(shelf.finishing()),
                    shelf.executor(),
                    _ -> new OutcomeInquirer.Answer.Silent("nobody there"),
                    BranchSweepTests.UNASKED,
                    parallel,
                    metrics,
                    Duration.ofSeconds(2));
            var life = new ParticipantLife(
                    new Rehearsal(shelf.finishing()),
                    sweep,
                    new BranchPurge(shelf.finishing(), Duration.ofDays(14), Duration.ofDays(30), 10),
                    new ParticipantProperties.Sweep(
                            true, Duration.ofMillis(100), Duration.ZERO, Duration.ofSeconds(1), "coordinator"),
                    metrics,
                    publisher);
            var health = new BranchHealthIndicator(life, metrics, Duration.ofSeconds(10));
            database.postgres().stopImmediately();
            life.start();
            assertThat(life.rehearsed()).isFalse();
            life.onReadiness(new AvailabilityChangeEvent<>("boot", ReadinessState.ACCEPTING_TRAFFIC));
            assertThat(statesOf(events)).containsExactly(ReadinessState.REFUSING_TRAFFIC);
            assertThat(statusOf(health)).isEqualTo(Status.DOWN);

            database.postgres().start();
            await().atMost(Duration.ofSeconds(60)).until(life::rehearsed);
            await().untilAsserted(() -> assertThat(statesOf(events))
                    .containsExactly(ReadinessState.REFUSING_TRAFFIC, ReadinessState.ACCEPTING_TRAFFIC));
            assertThat(statusOf(health)).isEqualTo(Status.UP);
            life.stop();
            assertThat(life.isRunning()).isFalse();
        }
    }

    private static List<Object> statesOf(List<Object> events) {
        var states = new ArrayList<>();
        for (var event : events) {
            if (event instanceof AvailabilityChangeEvent<?> change) {
                states.add(change.getState());
            }
        }
        return states;
    }

    private static Status statusOf(BranchHealthIndicator health) {
        var now = health.health();
        return now == null ? Status.UNKNOWN : now.getStatus();
    }
}
