package io.covenant.orders;

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

/// The order service alone, over real HTTP and on real PostgreSQL: nobody answers at the addresses of the others. One
/// for all test classes of this kind.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "covenant.services.inventory=http://127.0.0.1:1",
            "covenant.services.coordinator=http://127.0.0.1:1,http://127.0.0.1:2",
            "covenant.services.locks=http://127.0.0.1:1",
            "covenant.locks.client.eager=false",
            "covenant.registry.enabled=false",
            // However slow this machine is.
            "covenant.orders.placement.quote-timeout=20s",
            // What settles placements by itself would do so between two steps of a test.
            "covenant.orders.placement.settle-every=1h"
        })
public abstract class RunningOrders {

    protected static final TestDatabase DATABASE = PostgresInstance.shared().create("orders");

    private static final AtomicInteger CUSTOMERS = new AtomicInteger();

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        DATABASE.register(registry::add);
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

    /// A new customer who may owe so much.
    protected String customerWith(String creditLimit) {
        var id = "customer-%04d".formatted(CUSTOMERS.incrementAndGet());
        http().put()
                .uri("/api/v1/customers/{id}", id)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("name", "Customer", "creditLimit", new BigDecimal(creditLimit)))
                .exchange()
                .expectStatus()
                .isCreated();
        return id;
    }

    protected void expectOpenAmount(String customer, double amount) {
        http().get()
                .uri("/api/v1/customers/{id}", customer)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.openAmount")
                .isEqualTo(amount);
    }
}
