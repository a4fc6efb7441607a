package io.covenant.locks.spring.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.spring.LocksAutoConfiguration;
import io.covenant.locks.spring.OneNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LeadershipTests {

    private final OneNode node = new OneNode();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class, JobsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new);
    private final ApplicationContextRunner guarded =
            application.withPropertyValues("covenant.services.locks=" + node.address(), "covenant.locks.client.ttl=3s");

    @AfterEach
    void closeNode() {
        node.close();
    }

    @Test
    void leadsOnceElected() {
        guarded.run(context -> {
            var leadership = context.getBean(Leaderships.class).of("orders/forget");

            await().untilAsserted(() -> assertThat(leadership.standing()).isEqualTo(Standing.LEADS));
            assertThat(leadership.token()).isPresent();
            assertThat(node.acquired("jobs/orders/forget")).isTrue();
            assertThat(context.getBean(MeterRegistry.class)
                            .get("covenant.jobs.leads")
                            .tag("job", "orders/forget")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            var health = context.getBean(JobsHealthIndicator.class).health();
            assertThat(health == null ? Status.DOWN : health.getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void followsWhileAnotherLeads() {
        node.queue(true);
        guarded.run(context -> {
            var leadership = context.getBean(Leaderships.class).of("orders/forget");

            await().untilAsserted(() -> assertThat(leadership.standing()).isEqualTo(Standing.FOLLOWS));
            assertThat(leadership.token()).isEmpty();

            node.queue(false);
            await().untilAsserted(() -> assertThat(leadership.standing()).isEqualTo(Standing.LEADS));
        });
    }

    @Test
    void standsAgainWhenItsSessionIsLost() {
        guarded.run(context -> {
            var leadership = context.getBean(Leaderships.class).of("orders/forget");
            await().until(() -> leadership.standing() == Standing.LEADS);
            long before = leadership.token().orElseThrow();

            node.gone(true);
            await().untilAsserted(() -> assertThat(leadership.standing()).isEqualTo(Standing.UNKNOWN));
            assertThat(leadership.token()).isEmpty();
            node.gone(false);

            await().untilAsserted(() -> assertThat(leadership.standing()).isEqualTo(Standing.LEADS));
            assertThat(leadership.token().orElseThrow()).isGreaterThan(before);
        });
    }

    @Test
    void doesNotKnowWithoutAnAnswer() {
        node.close();
        guarded.withPropertyValues("covenant.locks.client.patience=100ms").run(context -> {
            var leadership = context.getBean(Leaderships.class).of("orders/forget");

            assertThat(leadership.standing()).isEqualTo(Standing.UNKNOWN);
            var health = context.getBean(JobsHealthIndicator.class).health();
            assertThat(health == null ? Status.DOWN : health.getStatus()).isEqualTo(Status.UNKNOWN);
        });
    }

    @Test
    void isUnguardedWithoutALockService() {
        application.withPropertyValues("covenant.locks.client.enabled=false").run(context -> {
            var leadership = context.getBean(Leaderships.class).of("orders/forget");

            assertThat(leadership.standing()).isEqualTo(Standing.UNGUARDED);
            assertThat(Leaderships.unguarded().of("any").standing()).isEqualTo(Standing.UNGUARDED);
        });
    }
}
