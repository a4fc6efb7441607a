package io.covenant.inventory;

import io.covenant.testing.LockServiceInstance;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.TestDatabase;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/// The whole service over real HTTP, on real PostgreSQL and with a real lock service; one for all test classes of this
/// kind.
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
public abstract class RunningInventory {

    protected static final TestDatabase DATABASE = PostgresInstance.shared().create("inventory");

    protected static final LockServiceInstance LOCKS = LockServiceInstance.shared();

    private static final AtomicInteger ITEMS = new AtomicInteger();

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    @DynamicPropertySource
    static void surroundings(DynamicPropertyRegistry registry) {
        DATABASE.register(registry::add);
        registry.add("covenant.services.locks", LOCKS::address);
        registry.add("covenant.inventory.counts.lock-wait", () -> "500ms");
        // However slow this machine is, and many ask for one item at once.
        registry.add("covenant.locks.client.patience", () -> "6s");
        registry.add("covenant.transactions.participant.lock-timeout", () -> "4s");
    }

    protected String baseUrl() {
        return "http://127.0.0.1:" + port;
    }

    protected RestTestClient http() {
        return RestTestClient.bindToServer().baseUrl(baseUrl()).build();
    }

    /// Where it is watched.
    protected RestTestClient management() {
        return RestTestClient.bindToServer()
                .baseUrl("http://127.0.0.1:" + managementPort)
                .build();
    }

    /// A new item with so many on hand, at 10.00.
    protected String itemWith(int onHand) {
        var sku = "ITEM-%04d".formatted(ITEMS.incrementAndGet());
        http().put()
                .uri("/api/v1/stock/{sku}", sku)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("name", "Item", "price", new BigDecimal("10.00")))
                .exchange()
                .expectStatus()
                .isCreated();
        if (onHand > 0) {
            http().post()
                    .uri("/api/v1/stock/{sku}/receipts", sku)
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(Map.of("quantity", onHand))
                    .exchange()
                    .expectStatus()
                    .isCreated();
        }
        return sku;
    }

    protected RestTestClient.BodyContentSpec item(String sku) {
        return http().get()
                .uri("/api/v1/stock/{sku}", sku)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody();
    }

    protected void expectOnHand(String sku, int onHand) {
        item(sku).jsonPath("$.onHand").isEqualTo(onHand);
    }
}
