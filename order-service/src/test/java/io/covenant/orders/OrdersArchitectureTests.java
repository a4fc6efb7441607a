package io.covenant.orders;

import io.covenant.testing.ShopArchitecture;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class OrdersArchitectureTests extends ShopArchitecture {

    OrdersArchitectureTests() {
        super(OrderServiceApplication.class, "what an order is does not depend on how it is asked for");
    }

    @Test
    void keepsItsModulesApart() {
        ApplicationModules.of(OrderServiceApplication.class).verify();
    }
}
