package io.covenant.locks.spring.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.spring.LocksAutoConfiguration;
import io.covenant.locks.spring.WithoutLocksAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class RegistryTests {

    private static final String RECORD = "{\"address\":\"http://127.0.0.1:%d\",\"incarnation\":\"x\"}";

    private final FileNode node = new FileNode();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LocksAutoConfiguration.class, WithoutLocksAutoConfiguration.class, RegistryAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
            .withPropertyValues(
                    "covenant.services.locks=" + node.address(),
                    "covenant.locks.client.ttl=3s",
                    "covenant.node=orders-1",
                    "spring.application.name=orders",
                    "local.server.port=8101",
                    "server.address=127.0.0.1",
                    "covenant.registry.weight=30",
                    "covenant.registry.zone=attic",
                    "covenant.registry.refresh=100ms",
                    "covenant.registry.empty-grace=600ms");

    @AfterEach
    void closeNode() {
        node.close();
    }

    @Test
    void registersAndIsFoundByItsName() {
        application.run(context -> {
            var clients = context.getBean(DiscoveryClient.class);
            await().untilAsserted(() ->
                    assertThat(clients.getInstances("orders")).singleElement().satisfies(RegistryTests::isOrders1));
            assertThat(clients.getServices()).containsExactly("orders");
            clients.probe();
            var reactive = context.getBean(ReactiveDiscoveryClient.class);
            assertThat(reactive.getInstances("orders").collectList().block())
                    .singleElement()
                    .satisfies(RegistryTests::isOrders1);
            await().untilAsserted(() -> assertThat(health(context)).isEqualTo(Status.UP));
            assertThat(gauge(context, "covenant.registry.registered")).isEqualTo(1);
            assertThat(gauge(context, "covenant.registry.instances")).isEqualTo(1);
        });
    }

    private static void isOrders1(ServiceInstance instance) {
        assertThat(instance.getInstanceId()).isEqualTo("orders-1");
        assertThat(instance.getUri()).hasToString("http://127.0.0.1:8101");
        assertThat(instance.getMetadata()).containsEntry("weight", "30").containsEntry("zone", "attic");
    }

    @Test
    void leavesTheRegistryBeforeAnythingElseStops() {
        application.run(context -> {
            await().until(() -> health(context).equals(Status.UP));
            context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                    .close();

            assertThat(node.files).doesNotContainKey("/services/orders/orders-1");
            assertThat(node.server.requests)
                    .filteredOn(request -> request.line().startsWith("DELETE"))
                    .extracting(request -> request.path().replaceAll("[0-9]+$", ""))
                    .containsExactly("/api/v1/files/services/orders/orders-", "/api/v1/lock-sessions/");
        });
    }

    @Test
    void registersAgainInItsNextSession() {
        application.run(context -> {
            await().until(() -> node.files.containsKey("/services/orders/orders-1"));
            var first = node.files.get("/services/orders/orders-1");

            node.endSessions();

            await().untilAsserted(() -> assertThat(node.files.get("/services/orders/orders-1"))
                    .satisfies(file -> assertThat(file).isNotNull())
                    .extracting(file -> file == null ? 0 : file.session())
                    .isNotEqualTo(first == null ? 0 : first.session()));
            await().untilAsserted(() -> assertThat(health(context)).isEqualTo(Status.UP));
        });
    }

    @Test
    void takesThePlaceOfItsCrashedPredecessor() throws IOException {
        node.directory("/services");
        node.directory("/services/orders");
        node.put("/services/orders/orders-1", RECORD.formatted(1), 3);

        application.run(context -> await().untilAsserted(
                        () -> assertThat(context.getBean(DiscoveryClient.class).getInstances("orders"))
                                .singleElement()
                                .satisfies(RegistryTests::isOrders1)));
    }

    @Test
    void leavesItsPlaceToATwinAndSaysSo(CapturedOutput output) {
        application.run(context -> {
            await().until(() -> node.files.containsKey("/services/orders/orders-1"));

            node.put("/services/orders/orders-1", RECORD.formatted(1), 3);

            await().untilAsserted(() -> assertThat(health(context)).isEqualTo(Status.DOWN));
            await().untilAsserted(() ->
                    assertThat(output).contains("another process has registered as /services/orders/orders-1"));
            assertThat(gauge(context, "covenant.registry.registered")).isZero();
            assertThat(String.valueOf(node.files.get("/services/orders/orders-1")))
                    .contains(":1\"");
        });
    }

    @Test
    void keepsItsLastAnswerWhileTheLockServiceIsAway(CapturedOutput output) {
        application
                .withPropertyValues("covenant.registry.stale-after=300ms", "covenant.locks.client.patience=200ms")
                .run(context -> {
                    var names = context.getBean(ServiceNames.class);
                    await().until(() -> names.instances("orders").size() == 1);

                    node.deaf = true;

                    await().untilAsserted(() -> assertThat(health(context)).isEqualTo(Status.UNKNOWN));
                    assertThat(names.instances("orders")).hasSize(1);
                    assertThat(names.age())
                            .hasValueSatisfying(age -> assertThat(age).isGreaterThan(Duration.ofMillis(300)));
                    await().untilAsserted(() -> assertThat(output).contains("the registry does not answer"));

                    node.deaf = false;
                    await().untilAsserted(() -> assertThat(health(context)).isEqualTo(Status.UP));
                });
    }

    @Test
    void hearsOfOthersAndForgetsThem() {
        application.withPropertyValues("covenant.registry.refresh=1h").run(context -> {
            var names = context.getBean(ServiceNames.class);
            await().until(() -> names.instances("orders").size() == 1);

            node.put("/services/orders/orders-2", RECORD.formatted(2), 3);
            await().until(() -> names.instances("orders").size() == 2);
            node.put("/services/orders/odd", "not a record", 3);
            node.put("/services/orders/orders-3", RECORD.formatted(3), 3);
            await().until(() -> names.instances("orders").size() == 3);
        });
    }

    @Test
    void missesNothingForLongWhenItsWatchIsMute() {
        application.run(context -> {
            var names = context.getBean(ServiceNames.class);
            await().until(() -> names.instances("orders").size() == 1);
            node.muteWatches = true;

            node.put("/services/orders/orders-2", RECORD.formatted(2), 3);

            await().until(() -> names.instances("orders").size() == 2);
        });
    }

    @Test
    void believesAnEmptyRegistryLate() {
        application.withPropertyValues("covenant.registry.register=false").run(context -> {
            node.directory("/services");
            node.directory("/services/orders");
            node.put("/services/orders/orders-2", RECORD.formatted(2), 3);
            var names = context.getBean(ServiceNames.class);
            await().until(() -> names.instances("orders").size() == 1);

            long began = System.nanoTime();
            node.files.clear();

            await().pollInterval(Duration.ofMillis(10))
                    .until(() -> names.instances("orders").isEmpty());
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(590));
        });
    }

    @Test
    void saysThatItIsOffWithoutALockService(CapturedOutput output) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LocksAutoConfiguration.class,
                        WithoutLocksAutoConfiguration.class,
                        RegistryAutoConfiguration.class))
                .withPropertyValues("covenant.locks.client.required=false")
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(DiscoveryClient.class);
                    assertThat(output).contains("No lock service: covenant.services.locks names no node");
                });
    }

    @Test
    void doesWithoutSpringCloud() {
        application
                .withClassLoader(new FilteredClassLoader(DiscoveryClient.class, ReactiveDiscoveryClient.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ServiceNames.class));
    }

    @Test
    void pinsItsDefaults() {
        application
                .withPropertyValues("covenant.registry.weight=100")
                .run(context -> assertThat(new RegistryProperties(
                                true,
                                true,
                                null,
                                null,
                                null,
                                100,
                                "attic",
                                Duration.ofMillis(100),
                                Duration.ofSeconds(30),
                                Duration.ofMillis(600),
                                Duration.ZERO))
                        .isEqualTo(context.getBean(RegistryProperties.class)));
    }

    private static Status health(ApplicationContext context) {
        var health = context.getBean(RegistryHealthIndicator.class).health();
        return health == null ? Status.UNKNOWN : health.getStatus();
    }

    private static double gauge(ApplicationContext context, String name) {
        return context.getBean(MeterRegistry.class).get(name).gauge().value();
    }
}
