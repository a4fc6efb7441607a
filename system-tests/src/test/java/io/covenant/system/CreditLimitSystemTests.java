package io.covenant.system;

import static io.covenant.system.PlatformAssertions.assertInvariants;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.client.Answer;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.OrderRequest;
import io.covenant.launcher.client.Placed;
import io.covenant.launcher.client.Resolution;
import io.covenant.launcher.client.Write;
import io.covenant.launcher.demo.Seeding;
import io.covenant.launcher.locks.LockNode;
import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.platform.Persona;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/// No customer owes more than the limit, whatever happens to the lock service and to those who hold the customer's
/// lock.
@WithPlatform
class CreditLimitSystemTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final BigDecimal PRICE = new BigDecimal("12.50");

    private final PlatformUnderTest platform;
    private final Gateway gateway;
    private final LockService locks;
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final String customer = "c-" + UUID.randomUUID();
    private final String lock = "customers/" + customer;
    private final String sku = "s-" + UUID.randomUUID();

    CreditLimitSystemTests(PlatformUnderTest platform) {
        this.platform = platform;
        this.gateway = platform.gateway();
        this.locks = platform.platform().locks();
    }

    @BeforeEach
    void putIn() throws InterruptedException {
        var seeding = new Seeding(gateway);
        seeding.put(
                "/api/v1/stock/" + sku,
                JsonNodeFactory.instance.objectNode().put("name", "Anvil").put("price", PRICE));
        seeding.receive(sku, 1000, "goods-" + sku);
    }

    @AfterEach
    void close() {
        clients.close();
        locks.close();
        gateway.close();
    }

    @Test
    void keepsTheLimitThoughThePrimaryOfTheLocksDies() throws Exception {
        limit("1260.00"); // for 100 orders

        List<Future<Resolution>> answers = orders(200).stream()
                .map(order -> clients.submit((Callable<Resolution>) () -> order.resolve(gateway, PATIENCE)))
                .toList();
        await("orders under way").atMost(PATIENCE).until(() -> openOrders() >= 20);
        platform.node(primary()).kill();

        int confirmed = 0;
        for (Future<Resolution> future : answers) {
            Resolution resolution = future.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(resolution.answer().filter(Answer::isFinal))
                    .as("an answer after %s", resolution)
                    .isPresent();
            switch (Placed.of(resolution)) {
                case Placed.Confirmed _ -> confirmed++;
                case Placed.Refused refused -> assertThat(refused.code()).isEqualTo("credit-limit-exceeded");
                case Placed.Unknown unknown -> throw new AssertionError(unknown.why());
            }
        }
        assertThat(confirmed).isEqualTo(100);
        assertThat(openOrders()).isEqualTo(100);
        assertInvariants(platform);
    }

    /// Its transaction is held up at a coordinator that sleeps, and it sleeps itself for longer than its lease lasts.
    @Test
    void refusesAHolderThatWasPausedForLongerThanItsLease() throws Exception {
        limit("25.00");
        platform.node("coordinator-2").kill(); // so that it is known which coordinator gets the request
        platform.node("coordinator-3").kill();
        platform.node("coordinator-1").pause();
        try (Gateway first = instance("orders-1");
                Gateway second = instance("orders-2")) {
            Write late = orders(1).getFirst();
            CompletableFuture<Optional<Answer>> answer =
                    CompletableFuture.supplyAsync(() -> once(first, late), clients);
            await("orders-1 holds the lock").atMost(PATIENCE).until(() -> holder().equals("orders-1"));
            platform.node("orders-1").pause();
            platform.start("coordinator-2", Map.of());

            Resolution newer = orders(1).getFirst().resolve(second, PATIENCE);
            assertThat(newer.answer().map(Answer::meaning)).contains(Answer.Meaning.DONE);
            platform.node("coordinator-1").resume();
            TimeUnit.MILLISECONDS.sleep(300);
            platform.node("orders-1").resume();

            await("the refusal")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(refusals()).contains("orders-1, session "));
            assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).map(Answer::meaning))
                    .isNotEqualTo(Optional.of(Answer.Meaning.DONE));
            assertThat(openOrders()).isEqualTo(1);
        }
        platform.bringUp();
        assertInvariants(platform);
    }

    private void limit(String limit) throws InterruptedException {
        new Seeding(gateway)
                .put(
                        "/api/v1/customers/" + customer,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("name", "Ada")
                                .put("creditLimit", new BigDecimal(limit)));
    }

    private List<Write> orders(int count) {
        return IntStream.range(0, count)
                .mapToObj(_ -> new OrderRequest(customer, List.of(new OrderRequest.Line(sku, 1)))
                        .placing(UUID.randomUUID().toString()))
                .toList();
    }

    private Gateway instance(String node) {
        int port = platform.platform().settings().ports().of(node);
        return new Gateway(
                URI.create("http://127.0.0.1:" + port),
                PATIENCE,
                platform.platform().token(Persona.CLERK));
    }

    private static Optional<Answer> once(Gateway instance, Write write) {
        try {
            return Optional.of(instance.post(write.path(), write.body(), write.key()));
        } catch (IOException _) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// Who holds the customer's lock; empty for nobody.
    private String holder() throws InterruptedException {
        return locks.list(lock, PATIENCE).names().stream()
                .map(name -> name.path("holders").path(0).path("sessionName").asString(""))
                .findFirst()
                .orElse("");
    }

    /// The lock node that leads, once one does.
    private String primary() {
        return await("a lock node that leads")
                .atMost(PATIENCE)
                .until(
                        () -> {
                            for (String node : platform.platform().lockNodes()) {
                                if (locks.node(node).filter(LockNode::isPrimary).isPresent()) {
                                    return Optional.of(node);
                                }
                            }
                            return Optional.<String>empty();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private int openOrders() throws SQLException {
        return Integer.parseInt(
                one("select count(*) from orders where state = 'CONFIRMED' and customer = '%s'".formatted(customer)));
    }

    /// Who was refused at the customer's fence with an older token than it had seen.
    private String refusals() throws SQLException {
        return one(
                "select coalesce(string_agg(who, '; '), '') from fence_refusal where resource = '%s' and given < current"
                        .formatted(lock));
    }

    private String one(String sql) throws SQLException {
        try (Connection connection = platform.platform().database("orders").getConnection();
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
