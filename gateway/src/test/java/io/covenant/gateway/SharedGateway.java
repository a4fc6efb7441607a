package io.covenant.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// One gateway for all tests that need nothing special: two instances of orders, one of inventory, and a coordinator
/// that is not there. Before each test the instances behave well again.
public final class SharedGateway implements BeforeEachCallback, AfterAllCallback {

    public static final Backend ORDERS_1 = new Backend("orders-1");
    public static final Backend ORDERS_2 = new Backend("orders-2");
    public static final Backend INVENTORY = new Backend("inventory");

    private static final RunningGateway GATEWAY = RunningGateway.with(
            "covenant.services.orders=" + ORDERS_1.address() + "," + ORDERS_2.address(),
            "covenant.services.inventory=" + INVENTORY.address(),
            "covenant.services.coordinator=" + Backend.nobody(),
            "covenant.gateway.timeout=12s",
            "covenant.gateway.receive-timeout=8s");

    static {
        // The first requests of a JVM take long; they are nobody's test.
        for (int i = 0; i < 20; i++) {
            GATEWAY.post("/api/v1/orders", "{}");
        }
    }

    public static RunningGateway gateway() {
        return GATEWAY;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Watchdogs.areSilent();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        assertThat(Watchdogs.blocked()).as("waiting on an event loop").isEmpty();
        ORDERS_1.reset();
        ORDERS_2.reset();
        INVENTORY.reset();
    }
}
