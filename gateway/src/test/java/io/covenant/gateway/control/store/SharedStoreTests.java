package io.covenant.gateway.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Two gateways with one PostgreSQL.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@SuppressWarnings("NullAway.Init")
class SharedStoreTests {

    private static final String ORDERS = "/admin/clusters/orders";

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
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
                "covenant.services.orders=%s#version=1,%s#version=2".formatted(one.address(), two.address()),
                "covenant.gateway.balancing.routes.customers.subset.version=1",
                "covenant.gateway.admin.follow=200ms",
                "spring.datasource.url=" + database.jdbcUrl(),
                "spring.datasource.username=" + database.runtimeUsername(),
                "spring.datasource.password=" + database.runtimePassword(),
                "spring.flyway.user=" + database.ownerUsername(),
                "spring.flyway.password=" + database.ownerPassword());
    }

    @AfterAll
    void stop() {
        east.close();
        west.close();
        one.close();
        two.close();
    }

    private static Answer put(RunningGateway gateway, String etag, String body) {
        return gateway.operate("PUT", ORDERS, body, "If-Match", etag, "X-Operator", "olga");
    }

    private static String policy(RunningGateway gateway) {
        return gateway.operate("GET", ORDERS + "/state", "")
                .json()
                .at("/policy")
                .asString();
    }

    @Test
    void followsWhatAnotherGatewayTook() {
        assertThat(put(east, "*", "{\"policy\":\"weighted\",\"weights\":{\"orders-1\":3}}")
                        .status())
                .isEqualTo(200);

        await().untilAsserted(() -> assertThat(policy(west)).isEqualTo("weighted"));
        await().untilAsserted(() -> {
            var kept = west.operate("GET", ORDERS, "").json();
            assertThat(kept.at("/gateways").findValuesAsString("gateway")).contains("east", "west");
            assertThat(kept.at("/gateways").findValuesAsString("version"))
                    .containsOnly(kept.at("/version").asString());
            assertThat(kept.at("/changedBy").asString()).isEqualTo("olga");
            assertThat(kept.at("/store/kind").asString()).isEqualTo("postgresql");
        });
    }

    @Test
    void whatOperatorsDidIsChained() throws SQLException {
        assertThat(put(east, "*", "{\"policy\":\"random\"}").status()).isEqualTo(200);
        assertThat(put(west, "*", "{\"policy\":\"round-robin\"}").status()).isEqualTo(200);

        var whole = east.operate("GET", "/admin/audit/check", "").json();
        assertThat(whole.path("whole").asBoolean()).as(whole.toString()).isTrue();
        assertThat(whole.path("entries").asLong()).isGreaterThanOrEqualTo(2);

        var number = whole.path("entries").asLong();
        plant("update cluster_audit set operator = 'oleg' where number = " + number);
        var found = west.operate("GET", "/admin/audit/check", "").json().path("findings");
        assertThat(found).hasSize(1);
        assertThat(found.path(0).path("kind").asString()).isEqualTo("CHANGED");
        assertThat(found.path(0).path("number").asLong()).isEqualTo(number);

        plant("update cluster_audit set operator = 'olga' where number = " + number);
        assertThat(west.operate("GET", "/admin/audit/check", "")
                        .json()
                        .path("whole")
                        .asBoolean())
                .isTrue();
    }

    private void plant(String sql) throws SQLException {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Test
    void followsTheCanaryThatAnotherGatewayTook() {
        assertThat(put(
                                east,
                                "*",
                                "{\"policy\":\"random\",\"canaries\":{\"customers\":{\"percent\":100,\"subset\":{\"version\":\"2\"}}}}")
                        .status())
                .isEqualTo(200);

        for (var gateway : List.of(east, west, gateway("south"))) {
            await().untilAsserted(() -> assertThat(
                            gateway.get("/api/v1/customers").json().path("from").asString())
                    .isEqualTo("two"));
        }
    }

    @Test
    void readsWhatWasKeptBeforeThereWereCanaries() throws SQLException {
        assertThat(put(east, "*", "{\"policy\":\"hash\"}").status()).isEqualTo(200);
        plant("update cluster_settings set settings = settings - 'canaries', version = version + 1");

        await().untilAsserted(() -> assertThat(west.operate("GET", ORDERS + "/state", "")
                        .json()
                        .at("/version")
                        .asString())
                .isEqualTo(west.operate("GET", ORDERS, "").json().at("/version").asString()));

        assertThat(policy(west)).isEqualTo("hash");
        assertThat(put(west, "*", "{\"policy\":\"random\"}").status()).isEqualTo(200);
    }

    @Test
    void findsAgainWhatWasSetWhenItStarts() {
        assertThat(put(east, "*", "{\"policy\":\"peak-ewma\",\"drained\":[\"orders-2\"]}")
                        .status())
                .isEqualTo(200);

        var north = gateway("north");

        await().untilAsserted(() -> assertThat(policy(north)).isEqualTo("peak-ewma"));
        assertThat(put(north, "*", "{\"policy\":\"random\"}").status()).isEqualTo(200);
    }

    @Test
    void letsOneOfManyWinWhoChangeTheSameVersion() {
        var etag = east.operate("GET", ORDERS, "").header("ETag");

        var statuses = IntStream.range(0, 8)
                .parallel()
                .map(number -> put(number % 2 == 0 ? east : west, etag, "{\"policy\":\"random\"}")
                        .status())
                .boxed()
                .toList();

        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
        assertThat(east.operate("GET", ORDERS + "/audit", "")
                        .json()
                        .at("/0/operator")
                        .asString())
                .isEqualTo("olga");
    }

    @Test
    void goesOnWithoutItsDatabaseAndSaysSo() {
        assertThat(put(east, "*", "{\"policy\":\"round-robin\"}").status()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(policy(west)).isEqualTo("round-robin"));
        database.postgres().stopImmediately();
        try {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(west.operate("GET", ORDERS + "/state", "")
                                    .json()
                                    .at("/store/awaySince")
                                    .asString())
                            .isNotEmpty());
            assertThat(policy(west)).isEqualTo("round-robin");
            assertThat(west.get("/api/v1/orders").status()).isEqualTo(200);
            put(west, "*", "{\"policy\":\"random\"}").isProblem(503, "store-away");
            assertThat(west.operate("GET", ORDERS, "")
                            .json()
                            .at("/settings/policy")
                            .asString())
                    .isEqualTo("round-robin");
        } finally {
            database.postgres().start();
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                put(west, "*", "{\"policy\":\"random\"}").status())
                        .isEqualTo(200));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(policy(east)).isEqualTo("random"));
    }
}
