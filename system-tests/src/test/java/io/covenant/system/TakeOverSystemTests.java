package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Gateway;
import io.covenant.transactions.initiator.CommitProtocol;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A coordinator dies with a thousand transactions of which no branch has heard the decision, and the others end them
/// all.
///
/// The branches' own questions after their outcome are put off, so that it is the taking over that is seen.
@WithPlatform
@Tag("campaign")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakeOverSystemTests {

    private static final int IN_DOUBT = 1000;
    private static final int AT_A_TIME = 24;
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final String NAME = "left-";
    private static final String OWNER = "coordinator-1";
    private static final List<String> PARTICIPANTS = List.of("orders-1", "orders-2", "inventory-1", "inventory-2");
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final PlatformUnderTest platform;
    private final Wire toOrders;
    private final Wire toInventory;
    private final ExecutorService initiators = Executors.newVirtualThreadPerTaskExecutor();

    TakeOverSystemTests(PlatformUnderTest platform) {
        this.platform = platform;
        this.toOrders = Wire.to(platform.addresses("orders-1", "orders-2"));
        this.toInventory = Wire.to(platform.addresses("inventory-1", "inventory-2"));
        List.of(toOrders, toInventory)
                .forEach(
                        wire -> wire.watch((path, _) -> path.endsWith("/commit") ? Wire.Fate.LOST : Wire.Fate.ARRIVES));
    }

    @BeforeAll
    void putOffTheirQuestions() {
        PARTICIPANTS.forEach(node -> restart(
                node,
                Map.of(
                        "COVENANT_TRANSACTIONS_PARTICIPANT_SWEEP_MINAGE", "10m",
                        "COVENANT_TRANSACTIONS_PARTICIPANT_LOCAL_HOLDS", "10m")));
    }

    @AfterAll
    void makeThemAskAgain() {
        initiators.shutdownNow();
        toOrders.close();
        toInventory.close();
        PARTICIPANTS.forEach(node -> restart(node, Map.of()));
        restart(OWNER, Map.of());
    }

    @ParameterizedTest
    @EnumSource(names = {"TWO_PHASE", "THREE_PHASE"})
    void endsWhatItsOwnerLeft(CommitProtocol protocol) throws Exception {
        var name = NAME + protocol.text() + "-";
        restart(
                OWNER,
                Map.of(
                        "COVENANT_SERVICES_ORDERS", toOrders.address().toString(),
                        "COVENANT_SERVICES_INVENTORY", toInventory.address().toString()));
        fillTheShelves(name);
        begin(protocol, name);
        await("decisions").atMost(PATIENCE).until(() -> undecided() == 0);
        assertThat(held()).isEqualTo(2L * IN_DOUBT);

        long killed = System.nanoTime();
        platform.node(OWNER).kill();

        await("the first that another ends")
                .pollInterval(Duration.ofMillis(50))
                .atMost(PATIENCE)
                .until(() -> held() < 2L * IN_DOUBT);
        var first = since(killed);
        await("the last").pollInterval(Duration.ofMillis(50)).atMost(PATIENCE).until(() -> held() == 0);
        var last = since(killed);
        System.out.printf(
                "Of %d transactions by %s of a dead owner another one ended the first after %.1f s, the last after"
                        + " %.1f s%n",
                IN_DOUBT, protocol.text(), first.toMillis() / 1000.0, last.toMillis() / 1000.0);
        assertInvariants(platform);
        assertThat(last).as("from the death to the end of the last").isLessThan(ENDED_WITHIN);
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    private void restart(String node, Map<String, String> environment) {
        platform.node(node).kill();
        await("death of " + node)
                .atMost(PATIENCE)
                .until(() -> platform.node(node).process().isEmpty());
        platform.start(node, environment);
    }

    // ---- a thousand orders, none of which waits for another one's customer or article

    private void fillTheShelves(String name) throws SQLException {
        sql("orders", """
            insert into customer (id, name, credit_limit)
            select '%s' || n, 'Ada', null from generate_series(1, %d) n
            """.formatted(name, IN_DOUBT));
        sql("inventory", """
            insert into stock_item (sku, name, price, on_hand)
            select '%s' || n, 'Anvil', 12.50, 5 from generate_series(1, %d) n
            """.formatted(name, IN_DOUBT));
        sql("inventory", """
            insert into stock_movement (id, sku, quantity, reason, at)
            select gen_random_uuid(), '%s' || n, 5, 'RECEIPT', now() from generate_series(1, %d) n
            """.formatted(name, IN_DOUBT));
    }

    private void begin(CommitProtocol protocol, String name) {
        var door = platform.asOrders(OWNER, Duration.ofMinutes(2));
        for (int number = 1; number <= IN_DOUBT; number++) {
            int begun = number;
            await("room for one more")
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(PATIENCE)
                    .until(() -> 2L * begun - held() <= 2L * AT_A_TIME);
            var order = order(protocol, name + number);
            initiators.execute(() -> run(door, order));
        }
        await("all branches").atMost(PATIENCE).until(() -> held() == 2L * IN_DOUBT);
    }

    /// Nobody hears the answer: its owner dies before.
    private static void run(Gateway door, JsonNode order) {
        try {
            var _ = door.post("/api/v1/transactions", order, UUID.randomUUID().toString());
        } catch (IOException _) {
            // As expected.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static JsonNode order(CommitProtocol protocol, String name) {
        var id = new UUID(
                        System.currentTimeMillis() << 16
                                | 0x7000
                                | ThreadLocalRandom.current().nextInt(0x1000),
                        ThreadLocalRandom.current().nextLong() >>> 2 | Long.MIN_VALUE)
                .toString();
        var transaction = JSON.objectNode()
                .put("id", id)
                .put("name", "place-order")
                .put("protocol", protocol.name())
                .put("deadlineMillis", 60_000);
        var branches = transaction.putArray("branches");
        var create = branches.addObject().put("service", "orders").put("operation", "create");
        create.putObject("payload")
                .put("orderId", id)
                .put("customer", name)
                .putArray("lines")
                .addObject()
                .put("sku", name)
                .put("name", "Anvil")
                .put("quantity", 1)
                .put("unitPrice", 12.50);
        var reserve = branches.addObject().put("service", "inventory").put("operation", "reserve");
        reserve.putObject("payload")
                .put("orderId", id)
                .putArray("lines")
                .addObject()
                .put("sku", name)
                .put("quantity", 1)
                .put("unitPrice", 12.50);
        return transaction;
    }

    // ---- what there is

    /// Branches that are prepared.
    private long held() throws SQLException {
        return count("postgres", "select count(*) from pg_prepared_xacts where gid like 'cov1:%'");
    }

    /// Those that the register knows nothing of.
    private long undecided() throws SQLException {
        return count("coordinator", """
            select count(*) from transaction t
             where finished_at is null
               and not exists (select from decision d where d.transaction_id = t.id)
            """);
    }

    private long count(String database, String query) throws SQLException {
        try (var connection = platform.platform().database(database).getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void sql(String database, String statement) throws SQLException {
        try (var connection = platform.platform().database(database).getConnection();
                var sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }
}
