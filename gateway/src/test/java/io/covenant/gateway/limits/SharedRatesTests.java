package io.covenant.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Two gateways that count in one PostgreSQL: ten requests an hour.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@SuppressWarnings("NullAway.Init")
class SharedRatesTests {

    private static final String CUSTOMERS = "/api/v1/customers";

    private final Backend one = new Backend("one");
    private final ListAppender<ILoggingEvent> told = new ListAppender<>();
    private TestDatabase database;
    private RunningGateway east;
    private RunningGateway west;

    @BeforeAll
    void start() {
        database = PostgresInstance.shared().create("gateway");
        east = gateway("east");
        west = gateway("west");
    }

    private RunningGateway gateway(String node) {
        return RunningGateway.with(
                "covenant.node=" + node,
                "covenant.services.orders=" + one.address(),
                "covenant.services.inventory=" + one.address(),
                "covenant.gateway.rate.store=postgresql",
                "covenant.gateway.rate.patience=5s", // however busy this machine is
                "covenant.gateway.rate.limits.customers.requests=10",
                "covenant.gateway.rate.limits.customers.per=1h",
                "covenant.gateway.rate.limits.customers.subject=header:X-Customer",
                "spring.datasource.url=" + database.jdbcUrl(),
                "spring.datasource.username=" + database.runtimeUsername(),
                "spring.datasource.password=" + database.runtimePassword(),
                "spring.flyway.user=" + database.ownerUsername(),
                "spring.flyway.password=" + database.ownerPassword());
    }

    @AfterAll
    void stop() {
        ((Logger) LoggerFactory.getLogger(RateStanding.class)).detachAppender(told);
        east.close();
        west.close();
        one.close();
    }

    @BeforeEach
    void listen() {
        awaitBoth();
        var log = (Logger) LoggerFactory.getLogger(RateStanding.class);
        log.detachAppender(told);
        log.addAppender(told); // which every start of a gateway takes away
        told.list.clear();
        told.start();
    }

    private void awaitBoth() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> about(east).path("shared").asBoolean()
                        && about(west).path("shared").asBoolean());
    }

    private static JsonNode about(RunningGateway gateway) {
        for (var route : gateway.operate("GET", "/admin/routes", "").json()) {
            if (route.path("id").asString().equals("customers")) {
                return route.path("features").path("rate.limits");
            }
        }
        throw new AssertionError("no such route");
    }

    private static Answer ask(RunningGateway gateway, String customer) {
        return gateway.get(CUSTOMERS, "X-Customer", customer);
    }

    private static long passed(RunningGateway gateway, String customer, int asked) {
        return IntStream.range(0, asked)
                .filter(_ -> ask(gateway, customer).status() == 200)
                .count();
    }

    private String row(String sql) throws SQLException {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void letsExactlySoManyThroughOfThoseThatComeToBothAtOnce() {
        var passed = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var clients = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < 200; i++) {
                var gateway = i % 2 == 0 ? east : west;
                clients.execute(() -> {
                    switch (ask(gateway, "herd").status()) {
                        case 200 -> passed.incrementAndGet();
                        case 429 -> refused.incrementAndGet();
                        default -> {}
                    }
                });
            }
        }
        assertThat(passed).hasValue(10);
        assertThat(refused).hasValue(190);
    }

    @Test
    void tellsWhatIsLeftOfWhatBothCountAndRefusesAsEver() {
        assertThat(ask(east, "alice").header("RateLimit")).startsWith("\"customers\";r=9;");
        assertThat(ask(west, "alice").header("RateLimit")).startsWith("\"customers\";r=8;");
        assertThat(passed(east, "alice", 8)).isEqualTo(8);
        var before = one.requests.size();

        for (int i = 0; i < 3; i++) { // asked of all, and then remembered
            var refused = ask(west, "alice");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(refused.json().path("code").asString()).isEqualTo("rate-limited");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(200, 360);
            assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"customers\";q=10;w=3600");
            assertThat(refused.header("RateLimit")).matches("\"customers\";r=0;t=3[456][0-9]{2}");
        }
        assertThat(one.requests).hasSize(before);
        assertThat(ask(west, "bob").status()).isEqualTo(200);
    }

    @Test
    void keepsNeitherNamesNorTheirLength() throws SQLException {
        assertThat(ask(east, "x".repeat(8_000)).status()).isEqualTo(200);
        assertThat(ask(west, "x".repeat(8_000)).header("RateLimit")).contains("r=8");

        assertThat(row("select bool_and(id ~ '^[0-9a-f]{64}$') from rate_buckets"))
                .isEqualTo("t");
        assertThat(row("select max(octet_length(state)) < 500 from rate_buckets"))
                .isEqualTo("t");
    }

    @Test
    void removesWhatIsFullAgainAndNothingElse() throws SQLException {
        assertThat(ask(east, "long").status()).isEqualTo(200);
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("insert into rate_buckets (id, state, expires_at)"
                            + " select encode(sha256(n::text::bytea), 'hex'), '\\x00', 1"
                            + " from generate_series(1, 2500) n"))
                    .isEqualTo(2_500);
        }

        await().atMost(Duration.ofSeconds(60))
                .until(() -> row("select count(*) from rate_buckets where expires_at = 1")
                        .equals("0"));
        assertThat(ask(west, "long").header("RateLimit")).contains("r=8");
    }

    @Test
    void countsAloneWhileTheDatabaseIsAwayAndTogetherWhenItIsBack() {
        assertThat(passed(east, "lost", 4)).isEqualTo(4);
        assertThat(passed(west, "lost", 3)).isEqualTo(3);
        database.postgres().stopImmediately();
        try {
            assertThat(ask(east, "somebody").status()).isEqualTo(200);
            assertThat(ask(west, "somebody").status()).isEqualTo(200);

            assertThat(passed(east, "lost", 20)).as("of ten").isEqualTo(6);
            assertThat(passed(west, "lost", 20)).as("of ten").isEqualTo(7);
            for (var gateway : List.of(east, west)) {
                assertThat(about(gateway).path("store").asString()).isEqualTo("postgresql");
                assertThat(about(gateway).path("shared").asBoolean()).isFalse();
                assertThat(about(gateway).path("awaySince").asString()).isNotEmpty();
                var health = gateway.operate("GET", "/actuator/health", "");
                assertThat(health.status()).isEqualTo(200);
                assertThat(health.json().at("/status").asString()).isEqualTo("UP");
                assertThat(health.json().at("/components/rates/status").asString())
                        .isEqualTo("ALONE");
                var metrics = gateway.operate("GET", "/actuator/prometheus", "").text();
                assertThat(metrics).contains("covenant_gateway_rate_away 1.0");
                assertThat(metrics).doesNotContain("covenant_gateway_rate_alone_total 0.0");
            }
            assertThat(told.list)
                    .as("each gateway says it once")
                    .filteredOn(event -> event.getLevel() == Level.WARN)
                    .hasSize(2);
        } finally {
            database.postgres().start();
        }
        awaitBoth();

        assertThat(passed(east, "back", 6)).isEqualTo(6);
        assertThat(passed(west, "back", 20)).isEqualTo(4);
        assertThat(passed(east, "lost", 3)).as("who had ten here already").isZero();
        assertThat(east.operate("GET", "/actuator/health", "")
                        .json()
                        .at("/components/rates/status")
                        .asString())
                .isEqualTo("UP");
        assertThat(east.operate("GET", "/actuator/prometheus", "").text()).contains("covenant_gateway_rate_away 0.0");
    }

    @Test
    void answersWhileTheDatabaseDoesNot() {
        assertThat(passed(east, "patient", 2)).isEqualTo(2);
        database.postgres().pause();
        try {
            long begun = System.nanoTime();
            assertThat(passed(east, "patient", 20)).isEqualTo(8);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("one request waits for as long as it may, the others do not")
                    .isLessThan(Duration.ofSeconds(40));
        } finally {
            database.postgres().resume();
        }
        awaitBoth();
        assertThat(ask(west, "patient").header("RateLimit")).matches("\"customers\";r=[67];.*");
    }

    @Test
    void doesNotStartToCountTogetherWithoutADatabase() {
        assertThatThrownBy(() -> RunningGateway.with("covenant.gateway.rate.store=postgresql"))
                .rootCause()
                .hasMessageContaining("covenant.gateway.rate.store")
                .hasMessageContaining("spring.datasource.url");
    }
}
