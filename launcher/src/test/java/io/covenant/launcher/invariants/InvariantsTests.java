package io.covenant.launcher.invariants;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.invariants.Finding.Verdict;
import io.covenant.launcher.postgres.PostgresSettings;
import io.covenant.launcher.postgres.TemporaryPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each check, against the tables that the services' own migrations make, is shown what it is there for.
class InvariantsTests {

    private static final UUID FIRST = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final UUID SECOND = UUID.fromString("00000000-0000-7000-8000-000000000002");

    private static final String ATTEMPT = "k3j9";

    /// What has a version, by version, then what is repeatable.
    private static final Comparator<Path> IN_FLYWAYS_ORDER = Comparator.<Path, Boolean>comparing(
                    file -> file.getFileName().toString().startsWith("R"))
            .thenComparing(Path::toString);

    private static TemporaryPostgres postgres;

    private final Map<UUID, String> acknowledged = new HashMap<>();

    @BeforeAll
    static void start() throws SQLException, IOException {
        postgres = TemporaryPostgres.start(PostgresSettings.durable());
        for (String database : List.of("orders", "inventory", "coordinator")) {
            run("postgres", "create database " + database);
        }
        migrate("orders", "platform/transactions-starter", "order-service");
        migrate("inventory", "platform/transactions-starter", "inventory-service");
        migrate("coordinator", "platform/security-starter", "coordinator-service");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /// Five pieces came in; one order took two, and a cancelled one took one and gave it back.
    @BeforeEach
    void begin() throws SQLException {
        run("coordinator", "truncate transaction, decision");
        run(
                "orders",
                "truncate customer, orders, order_line, order_hold, cancel_hold, placement, branch_barrier,"
                        + " branch_local, branch_hazard");
        run("orders", "insert into customer values ('alice', 'Alice', 100, 15), ('bruno', 'Bruno', 100, 0)");
        order(FIRST, "CONFIRMED", 2);
        order(SECOND, "CANCELLED", 1);
        run("inventory", "alter table stock_movement disable trigger all");
        run(
                "inventory",
                "truncate stock_item, stock_movement, stock_count, stock_hold, stock_return, branch_barrier,"
                        + " branch_local, branch_hazard");
        run("inventory", "insert into stock_item values ('cup', 'Cup', 7.50, 3)");
        run(
                "inventory",
                "insert into stock_movement (id, sku, quantity, reason, at) values (gen_random_uuid(), 'cup', 5,"
                        + " 'RECEIPT', now())");
        movement(FIRST, -2, "ORDER");
        movement(SECOND, -1, "ORDER");
        movement(SECOND, 1, "CANCELLATION");
        acknowledged.put(FIRST, "CONFIRMED");
        acknowledged.put(SECOND, "CANCELLED");
    }

    @Test
    void holdWhenEverythingIsRight() throws InterruptedException {
        assertThat(check()).allMatch(Finding::holds);
        assertThat(check()).extracting(Finding::figures).contains("2 orders {CANCELLED=1, CONFIRMED=1}");
    }

    @Test
    void noticeStockThatIsNotTheSumOfItsMovements() throws Exception {
        run("inventory", "update stock_item set on_hand = 4");

        assertViolated("stock on hand", "cup: 4 on hand, movements sum up to 3");
    }

    @Test
    void noticeAnOrderWithoutItsStock() throws Exception {
        run("inventory", "delete from stock_movement where order_id = '%s'".formatted(FIRST));
        run("inventory", "update stock_item set on_hand = 5");

        assertViolated(
                "an order exists",
                "order %s: orders says 2 of cup taken, 0 given back, inventory says nothing".formatted(FIRST));
    }

    @Test
    void noticeStockTakenForAnOrderThatIsNot() throws Exception {
        movement(UUID.randomUUID(), -1, "ORDER");
        run("inventory", "update stock_item set on_hand = 2");

        assertViolated("an order exists", "orders says nothing, inventory says 1 of cup taken, 0 given back");
    }

    @Test
    void noticeACancellationThatGaveNothingBack() throws Exception {
        run("inventory", "delete from stock_movement where reason = 'CANCELLATION'");
        run("inventory", "update stock_item set on_hand = 2");

        assertViolated("an order exists", "inventory says 1 of cup taken, 0 given back");
    }

    @Test
    void noticeACustomerWhoOwesSomethingElse() throws Exception {
        run("orders", "update customer set open_amount = 22.50 where id = 'alice'");

        assertViolated("what a customer owes", "alice owes 22.50, confirmed orders sum up to 15.00");
    }

    @Test
    void noticeOpenOrdersAboveTheLimit() throws Exception {
        run("orders", "update customer set credit_limit = 14.99 where id = 'alice'");

        assertViolated("the open orders of a customer", "alice: open orders of 15.00, limit 14.99");
    }

    @Test
    void noticeOpenOrdersAboveWhatIsTolerated() throws Exception {
        run("orders", "update customer set credit_limit = 10, tolerated_amount = 14 where id = 'alice'");

        assertViolated("the open orders of a customer", "alice: open orders of 15.00, limit 10.00, tolerated");
    }

    @Test
    void tolerateWhatWasOpenWhenTheLimitWasLowered() throws Exception {
        run("orders", "update customer set credit_limit = 10, tolerated_amount = 15 where id = 'alice'");
        run("orders", "update customer set credit_limit = null where id = 'bruno'");

        assertThat(check()).allMatch(Finding::holds);
        assertThat(check()).extracting(Finding::figures).contains("1 customers with a limit");
    }

    @Test
    void noticeAnAcknowledgedOrderThatIsNotThere() throws Exception {
        acknowledged.put(UUID.fromString("00000000-0000-7000-8000-000000000003"), "CONFIRMED");

        assertViolated("no acknowledged order", "was acknowledged as CONFIRMED and is not there");
    }

    @Test
    void noticeAnAcknowledgedCancellationThatIsNotDone() throws Exception {
        acknowledged.put(FIRST, "CANCELLED");

        assertViolated("no acknowledged order", "was acknowledged as CANCELLED and is CONFIRMED");
    }

    @Test
    void noticeATransactionThatStaysPrepared() throws Exception {
        try (Connection connection = postgres.server().superuser("orders").getConnection();
                var statement = connection.createStatement()) {
            statement.execute("begin");
            statement.execute("update customer set name = 'A' where id = 'bruno'");
            statement.execute("prepare transaction 'cov1:x:y:orders'");
            try {
                assertThat(check()).allMatch(Finding::holds);
                Thread.sleep(Invariants.RESOLVED_WITHIN);
                assertViolated("no transaction stays prepared", "cov1:x:y:orders in database orders");
            } finally {
                statement.execute("rollback prepared 'cov1:x:y:orders'");
            }
        }
    }

    @Test
    void noticeAPlacementThatNobodySettles() throws Exception {
        run("orders", """
            insert into placement (id, transaction_id, protocol, customer, state, created_at, look_at)
            values (gen_random_uuid(), gen_random_uuid(), 'TWO_PHASE', 'alice', 'PENDING', now() - interval '1 minute', now())
            """);

        assertViolated("no attempt to place an order", "order ");
    }

    @Test
    void noticeAHazard() throws Exception {
        run("inventory", """
            insert into branch_hazard (gid, transaction_id, decision, detail)
            values ('cov1:x:y:inventory', gen_random_uuid(), 'COMMIT', 'it is not there')
            """);

        assertViolated("no branch is otherwise", "inventory: cov1:x:y:inventory should COMMIT: it is not there");
    }

    @Test
    void passOverAHazardThatAPersonHasPutRight() throws Exception {
        run("inventory", """
            insert into branch_hazard (gid, transaction_id, decision, detail)
            values ('cov1:x:y:inventory', gen_random_uuid(), 'ABORT', 'it has committed')
            """);
        run("inventory", """
            insert into branch_barrier (gid, kind, transaction_id)
            values ('cov1:x:y:inventory', 'FENCE', gen_random_uuid())
            """);

        assertThat(check()).allMatch(Finding::holds);
    }

    @Test
    void noticeAHazardThatOnlyTheCoordinatorKnows() throws Exception {
        transaction("now()", "hazard => true");

        assertViolated("no branch is otherwise", "(place-order)");
    }

    @Test
    void noticeATransactionThatNobodyDecides() throws Exception {
        transaction("now() - interval '6 seconds'", "");

        assertViolated("every transaction is decided", "is undecided");
    }

    @Test
    void noticeABranchThatTheRegisterDidNotSeal() throws Exception {
        run(
                "inventory",
                "insert into branch_barrier values ('cov1:%s:%s:inventory', 'WORK', '%s')"
                        .formatted(FIRST, ATTEMPT, FIRST));

        assertViolated(
                "a branch is committed exactly",
                "inventory is committed in inventory, and the register does not say so");
    }

    @Test
    void noticeASealedBranchThatIsNotCommitted() throws Exception {
        run("coordinator", """
            insert into decision values
              ('%s', %d, 'COMMIT', '{"orders": "orders", "inventory": "inventory"}', '[]', now())
            """.formatted(FIRST, Long.parseUnsignedLong(ATTEMPT, 36)));
        run(
                "orders",
                "insert into branch_barrier values ('cov1:%s:%s:orders', 'WORK', '%s')"
                        .formatted(FIRST, ATTEMPT, FIRST));

        assertViolated(
                "a branch is committed exactly",
                "cov1:%s:%s:inventory is to be committed in inventory and is not there".formatted(FIRST, ATTEMPT));
    }

    @Test
    void countWhatIsHeld() throws Exception {
        hold(FIRST, "now() + interval '10 seconds'");

        assertThat(check()).allMatch(Finding::holds);
        assertThat(check()).extracting(Finding::figures).contains("2 reserved now");
    }

    @Test
    void noticeWhatStaysHeldWithoutATransaction() throws Exception {
        hold(FIRST, "now() - interval '6 seconds'");

        assertThat(violationsOf("what is held belongs"))
                .hasSize(2)
                .allMatch(violation -> violation.contains("its transaction is over or unknown"));
    }

    @Test
    void noticeAHoldThatNobodyReserved() throws Exception {
        hold(FIRST, "now() + interval '10 seconds'");
        run("inventory", "delete from branch_local");

        assertThat(violationsOf("what is held belongs"))
                .singleElement()
                .asString()
                .contains("stock_hold of cov1:%s:%s:inventory is not reserved".formatted(FIRST, ATTEMPT));
    }

    @Test
    void noticeStockHeldByNobody() throws Exception {
        run("inventory", "update stock_item set held = 1, on_hand = 2");

        assertViolated("stock on hand", "cup: 1 held, holds sum up to 0");
    }

    @Test
    void noticeAConfirmationThatTheRegisterDidNotSeal() throws Exception {
        run(
                "inventory",
                "insert into branch_local values ('cov1:%s:%s:inventory', 'END', 'CONFIRM', '%s')"
                        .formatted(FIRST, ATTEMPT, FIRST));

        assertViolated(
                "a branch is committed exactly",
                "inventory is committed in inventory, and the register does not say so");
    }

    @Test
    void forgetStockThatWasTakenAndGivenBackByASagaThatCameToNothing() throws Exception {
        var order = UUID.randomUUID();
        movement(order, -1, "ORDER");
        run("inventory", "update stock_item set on_hand = 2");
        assertViolated("an order exists", "orders says nothing, inventory says 1 of cup taken, 0 given back");

        movement(order, 1, "COMPENSATION");
        run("inventory", "update stock_item set on_hand = 3");
        assertThat(check()).allMatch(Finding::holds);
    }

    @Test
    void forgiveWhatIsOnItsWay() throws Exception {
        run("inventory", "update stock_item set on_hand = 4");
        Thread repair = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(300);
                run("inventory", "update stock_item set on_hand = 3");
            } catch (InterruptedException | SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        List<Finding> findings = invariants(name -> postgres.server().superuser(name), Duration.ofMinutes(1))
                .check();

        assertThat(findings).allMatch(Finding::holds);
        repair.join();
    }

    @Test
    void sayWhatCannotBeSeen() throws InterruptedException {
        List<Finding> findings = invariants(name -> postgres.server().superuser("postgres"), Duration.ZERO)
                .check();

        assertThat(findings).extracting(Finding::verdict).contains(Verdict.UNKNOWN);
        assertThat(findings).extracting(Finding::figures).anyMatch(why -> why.contains("does not exist"));
    }

    private void assertViolated(String sentence, String violation) throws InterruptedException {
        List<Finding> wrong =
                check().stream().filter(finding -> !finding.holds()).toList();
        assertThat(wrong).singleElement().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.VIOLATED);
            assertThat(finding.sentence()).startsWith(sentence);
            assertThat(finding.violations()).singleElement().asString().contains(violation);
        });
    }

    private List<String> violationsOf(String sentence) throws InterruptedException {
        return check().stream()
                .filter(finding -> finding.sentence().startsWith(sentence))
                .findFirst()
                .orElseThrow()
                .violations();
    }

    /// One more cup is held for an order of 7.50 that alice may get.
    private static void hold(UUID transaction, String until) throws SQLException {
        for (String service : List.of("orders", "inventory")) {
            run(service, """
                insert into branch_local (gid, op, kind, transaction_id, operation, until)
                values ('cov1:%s:%s:%s', 'WORK', 'WORK', '%s', 'hold', %s)
                """.formatted(transaction, ATTEMPT, service, transaction, until));
        }
        run("inventory", "update stock_item set on_hand = on_hand - 1, held = 1");
        run(
                "inventory",
                "insert into stock_hold values ('cov1:%s:%s:inventory', 'cup', 1, '%s', '%s', '%s', now())"
                        .formatted(transaction, ATTEMPT, transaction, transaction, transaction));
        run("orders", "update customer set open_amount = open_amount + 7.50 where id = 'alice'");
        run(
                "orders",
                "insert into order_hold values ('cov1:%s:%s:orders', '%s', '%s', 'alice', 7.50, null, '{}', now())"
                        .formatted(transaction, ATTEMPT, transaction, transaction));
    }

    private List<Finding> check() throws InterruptedException {
        return invariants(name -> postgres.server().superuser(name), Duration.ZERO)
                .check();
    }

    private Invariants invariants(Function<String, DataSource> databases, Duration settling) {
        return new Invariants(databases, acknowledged, settling);
    }

    private static void order(UUID id, String state, int quantity) throws SQLException {
        boolean cancelled = state.equals("CANCELLED");
        run("orders", """
            insert into orders (id, customer, state, total, transaction_id, placed_at, cancel_transaction_id, cancelled_at)
            values ('%s', 'alice', '%s', %d * 7.50, '%s', now(), %s, %s)
            """.formatted(
                id, state, quantity, id, cancelled ? "gen_random_uuid()" : "null", cancelled ? "now()" : "null"));
        run("orders", "insert into order_line values ('%s', 0, 'cup', 'Cup', %d, 7.50)".formatted(id, quantity));
    }

    private static void transaction(String deadline, String hazard) throws SQLException {
        run("coordinator", """
            insert into transaction
                   (id, attempt, name, protocol, digest, branches, created_at, deadline, owner, incarnation, epoch, hazard)
            values (gen_random_uuid(), 1, 'place-order', 'TWO_PHASE', '', '[]', now(), %s, 'coordinator-1',
                    gen_random_uuid(), 1, %s)
            """.formatted(deadline, !hazard.isEmpty()));
    }

    private static void movement(UUID order, int quantity, String reason) throws SQLException {
        run("inventory", """
            insert into stock_movement (id, sku, quantity, reason, order_id, transaction_id, at)
            values (gen_random_uuid(), 'cup', %d, '%s', '%s', '%s', now())
            """.formatted(quantity, reason, order, order));
    }

    private static void migrate(String database, String... modules) throws SQLException, IOException {
        for (String module : modules) {
            Path resources = Path.of("..", module, "src", "main", "resources");
            try (Stream<Path> files = Files.walk(resources)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".sql"))
                        .sorted(IN_FLYWAYS_ORDER)
                        .toList()) {
                    run(database, Files.readString(file));
                }
            }
        }
    }

    private static void run(String database, String sql) throws SQLException {
        try (Connection connection = postgres.server().superuser(database).getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
