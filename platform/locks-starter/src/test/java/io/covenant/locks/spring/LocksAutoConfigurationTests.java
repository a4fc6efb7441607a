package io.covenant.locks.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockRequest;
import io.covenant.locks.client.LockTimeoutException;
import io.covenant.locks.fencing.FencedOffException;
import io.covenant.locks.fencing.FencingGuard;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.ScriptedServer;
import io.covenant.testing.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.ServletException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ConcurrentModificationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.client.RestClient;

@RealPostgres
class LocksAutoConfigurationTests {

    private final OneLockNode node = new OneLockNode();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class))
            .withPropertyValues("covenant.services.locks=" + node.address(), "covenant.locks.client.ttl=3s");

    @AfterEach
    void closeNode() {
        node.close();
    }

    @Configuration(proxyBeanMethods = false)
    static class Shop {

        @Bean
        Counting counting() {
            return new Counting();
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    static class Counting {

        @FencedLock(name = "stock/#{#sku}", atMost = "20s")
        public long count(String sku) {
            assertThat(sku).isNotEmpty();
            return FencingContext.requireToken();
        }

        @FencedLock(name = "stock/#{#sku}", atMost = "1s")
        public void countSoon(String sku) {
            assertThat(sku).isEmpty();
        }

        @FencedLock(name = "#{null}")
        public void nameless() {}
    }

    @Test
    void runsAFencedMethodUnderItsLockWithItsToken() {
        application.withUserConfiguration(Shop.class).run(context -> {
            var counting = context.getBean(Counting.class);

            assertThat(counting.count("apple")).isGreaterThan(40);

            assertThat(FencingContext.token()).isEmpty();
            assertThat(node.server.requests)
                    .anyMatch(request -> request.body().contains("\"wants\"")
                            && request.body().contains("\"stock/apple\""))
                    .anyMatch(request -> request.body().contains("\"release\""));
            assertThat(context.getBean(MeterRegistry.class)
                            .get("covenant.locks.requests")
                            .tags("operation", "acquire", "outcome", "held")
                            .timer()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void tellsTheCallerOfAFencedMethodThatOthersHoldTheLock() {
        application.withUserConfiguration(Shop.class).run(context -> {
            node.busy = true;
            assertThatExceptionOfType(LockTimeoutException.class)
                    .isThrownBy(() -> context.getBean(Counting.class).countSoon("apple"))
                    .withMessageContaining("stock/apple");
            assertThat(context.getBean(Counting.class))
                    .satisfies(counting -> assertThatExceptionOfType(IllegalArgumentException.class)
                            .isThrownBy(counting::nameless)
                            .withMessageContaining("names nothing"));
        });
    }

    @Test
    void givesSpringIntegrationLocksWithTokens() {
        application.run(context -> {
            var registry = context.getBean(LeasedLockRegistry.class);
            var lock = registry.obtain("customers/42");

            assertThat(lock.tryLock(20, TimeUnit.SECONDS)).isTrue();
            assertThat(lock.token()).isPositive();
            assertThat(lock.sequencer()).isEqualTo("v1:exclusive:" + lock.token() + ":registry/customers/42");
            registry.renewLock("customers/42");
            lock.unlock();

            assertThatIllegalStateException().isThrownBy(lock::unlock).withMessageContaining("not held");
            assertThatIllegalStateException().isThrownBy(() -> registry.renewLock("customers/42"));
            node.busy = true;
            assertThat(lock.tryLock()).isFalse();
            registry.expireUnusedOlderThan(-1);
            assertThat(registry.obtain("customers/42")).isNotSameAs(lock);
        });
    }

    @Test
    void makesUnlockFailWhenTheLockWasLost() {
        application.run(context -> {
            var lock = context.getBean(LeasedLockRegistry.class).obtain("a");
            lock.lock();
            node.gone = true;

            assertThatExceptionOfType(ConcurrentModificationException.class).isThrownBy(lock::unlock);
        });
    }

    @Test
    void electsALeaderBySpringsInitiator() {
        application.run(context -> {
            var elected = new CountDownLatch(1);
            var candidate = new DefaultCandidate("me", "office") {
                @Override
                public void onGranted(org.springframework.integration.leader.Context granted) {
                    elected.countDown();
                }
            };
            var initiator = new LockRegistryLeaderInitiator(context.getBean(LockRegistry.class), candidate);
            initiator.start();

            assertThat(elected.await(30, TimeUnit.SECONDS)).isTrue();
            initiator.stop();
        });
    }

    @Test
    void locksScheduledTasksOfShedLock() {
        application.run(context -> {
            var provider = context.getBean(LockProvider.class);
            var configuration = new LockConfiguration(Instant.now(), "purge", Duration.ofMinutes(1), Duration.ZERO);

            var lock = provider.lock(configuration).orElseThrow();
            lock.unlock();

            node.busy = true;
            assertThat(provider.lock(configuration)).isEmpty();
        });
    }

    @Test
    void isOutOfServiceInJeopardy() {
        application.run(context -> {
            var health = context.getBean(LocksHealthIndicator.class);
            await().untilAsserted(() -> assertThat(health.health().getStatus()).isEqualTo(Status.UP));

            node.server.kill();

            await().untilAsserted(() -> assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE));
        });
    }

    @Test
    void guardsTheTransactionOfTheWrite(TestDatabase database) throws Exception {
        try (var script = FencingGuard.class.getResourceAsStream("/db/fencing/V1__fence.sql")) {
            database.migrate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        application.withBean(DataSource.class, database::runtime).run(context -> {
            var fence = context.getBean(TransactionFence.class);
            var transactions =
                    new TransactionTemplate(new DataSourceTransactionManager(context.getBean(DataSource.class)));

            assertThatIllegalStateException().isThrownBy(() -> fence.check("stock/apple", 34));
            transactions.executeWithoutResult(_ -> {
                try (var _ = FencingContext.open(34)) {
                    fence.check("stock/apple");
                }
            });
            assertThatExceptionOfType(FencedOffException.class)
                    .isThrownBy(() -> transactions.executeWithoutResult(_ -> fence.check("stock/apple", 33)))
                    .satisfies(refused -> assertThat(refused.current()).isEqualTo(34));
        });
    }

    @Test
    void makesTheTablesOfTheGuardAndShowsWhomItRefused(@DatabaseOf("fenced") TestDatabase database) {
        database.migrate("create table shelf (sku text primary key)");
        application
                .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class, FencingAutoConfiguration.class))
                .withBean(DataSource.class, database::runtime)
                .withPropertyValues(
                        "covenant.node=orders-1",
                        "spring.flyway.url=" + database.jdbcUrl(),
                        "spring.flyway.user=" + database.ownerUsername(),
                        "spring.flyway.password=" + database.ownerPassword(),
                        "spring.flyway.baseline-on-migrate=true",
                        "spring.flyway.locations=classpath:db/nothing",
                        "spring.flyway.fail-on-missing-locations=false")
                .run(context -> {
                    var fence = context.getBean(TransactionFence.class);
                    var audit = context.getBean(FencingEndpoint.class);
                    var transactions = new TransactionTemplate(
                            new DataSourceTransactionManager(context.getBean(DataSource.class)));
                    assertThat(audit.audit(null).refusals()).isEmpty();

                    transactions.executeWithoutResult(_ -> fence.check("stock/apple", 34));
                    assertThatExceptionOfType(FencedOffException.class)
                            .isThrownBy(() -> transactions.executeWithoutResult(
                                    _ -> fence.check("stock/apple", 33, "orders-2", "order 7")));

                    await().untilAsserted(() -> assertThat(audit.audit(1).refusals())
                            .singleElement()
                            .satisfies(refusal -> assertThat(refusal.who() + ", " + refusal.reason())
                                    .isEqualTo("orders-2, order 7: the lock passed on: token 33 is older than 34")));
                });
    }

    @Test
    void tellsWhoAskedWhyThereWasNoLock() {
        application.withPropertyValues("covenant.locks.client.patience=2s").run(context -> {
            var client = context.getBean(LockClient.class);
            var problems = new LockProblems();
            node.busy = true;

            var busy = problems.problemFor(catchThrowable(
                    () -> client.acquire(LockRequest.exclusive("a").trying())));
            node.server.kill();
            var away = problems.problemFor(new IllegalStateException(catchThrowable(
                    () -> client.acquire(LockRequest.exclusive("a").waiting(Duration.ofMillis(20))))));

            assertThat(busy).hasValueSatisfying(problem -> {
                assertThat(problem.code()).isEqualTo("lock-busy");
                assertThat(problem.retryAfter()).isPositive();
            });
            assertThat(away).hasValueSatisfying(problem -> {
                assertThat(problem.code()).isEqualTo("lock-service-unavailable");
                assertThat(problem.detail()).contains("covenant.services.locks");
            });
            assertThat(problems.problemFor(new IllegalStateException("no lock")))
                    .isEmpty();
        });
    }

    @Test
    void takesTheTokenOfARequestAndRefusesWhatIsNone() throws Exception {
        var filter = new FencingTokenFilter();
        var request = new MockHttpServletRequest();
        request.addHeader("X-Fencing-Token", "41");
        filter.doFilter(
                request,
                new MockHttpServletResponse(),
                (_, _) -> assertThat(FencingContext.requireToken()).isEqualTo(41));
        assertThat(FencingContext.token()).isEmpty();

        for (var malformed : new String[] {"-1", "0", "x", "99999999999999999999", "9999999999999999999"}) {
            var wrong = new MockHttpServletRequest();
            wrong.addHeader("X-Fencing-Token", malformed);
            var response = new MockHttpServletResponse();
            filter.doFilter(wrong, response, new MockFilterChain());
            assertThat(response.getStatus()).isEqualTo(400);
            assertThat(response.getContentAsString()).contains("\"code\":\"fencing-token-invalid\"");
        }
    }

    @Test
    void answersConflictToARequestWhoseTokenTheGuardRefuses(@DatabaseOf("filtered") TestDatabase database)
            throws Exception {
        try (var script = FencingGuard.class.getResourceAsStream("/db/fencing/V1__fence.sql")) {
            database.migrate(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        application.withBean(DataSource.class, database::runtime).run(context -> {
            var fence = context.getBean(TransactionFence.class);
            var transactions =
                    new TransactionTemplate(new DataSourceTransactionManager(context.getBean(DataSource.class)));
            transactions.executeWithoutResult(_ -> fence.check("stock/pear", 34));
            var request = new MockHttpServletRequest();
            request.addHeader("X-Fencing-Token", "33");
            var response = new MockHttpServletResponse();

            new FencingTokenFilter().doFilter(request, response, (_, _) -> {
                try {
                    transactions.executeWithoutResult(_ -> fence.check("stock/pear"));
                } catch (FencedOffException refused) {
                    throw new ServletException(refused);
                }
            });

            assertThat(response.getStatus()).isEqualTo(409);
            assertThat(response.getContentType()).startsWith("application/problem+json");
            assertThat(response.getContentAsString())
                    .contains("\"code\":\"stale-token\"", "\"given\":33", "\"current\":34");
            assertThat(FencingContext.token()).isEmpty();
        });
    }

    @Test
    void sendsTheTokenWithCallsToOtherServices() {
        try (var other = new ScriptedServer((_, connection) -> connection.answer("{}"))) {
            application.run(context -> {
                var builder = RestClient.builder().baseUrl(other.address());
                context.getBean(RestClientCustomizer.class).customize(builder);
                var client = builder.build();

                try (var _ = FencingContext.open(41)) {
                    client.get().uri("/held").retrieve().toBodilessEntity();
                }
                client.get().uri("/free").retrieve().toBodilessEntity();

                assertThat(other.requests)
                        .extracting(ScriptedServer.Request::path, request -> request.header("X-Fencing-Token"))
                        .containsExactly(tuple("/held", "41"), tuple("/free", ""));
            });
        }
    }

    @Test
    void carriesTokensInRecordHeaders() {
        var headers = new RecordHeaders();
        FencedRecords.write(headers);
        assertThat(FencedRecords.token(headers)).isEmpty();

        try (var _ = FencingContext.open(41)) {
            FencedRecords.write(headers);
        }

        assertThat(FencedRecords.token(headers)).hasValue(41);
        var malformed = new RecordHeaders().add("X-Fencing-Token", "-7".getBytes(StandardCharsets.US_ASCII));
        assertThatIllegalArgumentException().isThrownBy(() -> FencedRecords.token(malformed));
        FencedRecords.under(
                headers, () -> assertThat(FencingContext.requireToken()).isEqualTo(41));
        assertThat(FencingContext.token()).isEmpty();
    }

    @Test
    void bringsOnlyWhatTheApplicationHasLibrariesFor() {
        application
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.integration",
                        "net.javacrumbs.shedlock",
                        "org.aspectj",
                        "io.micrometer",
                        "org.springframework.jdbc",
                        "io.covenant.web",
                        "org.springframework.boot.health",
                        "org.springframework.boot.restclient"))
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(LockClient.class);
                    assertThat(context.getBeanDefinitionNames())
                            .noneMatch(name -> name.contains("lockRegistry") || name.contains("lockProvider"));
                });
    }

    @Test
    void saysWhatIsMissing() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LocksAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(LocksMisconfiguredException.class)
                        .hasMessageContaining("covenant.services.locks"));
        application
                .withPropertyValues("covenant.locks.client.ttl=10ms")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("'ttl'"));
        application
                .withPropertyValues("covenant.locks.client.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(LockClient.class));
    }
}
