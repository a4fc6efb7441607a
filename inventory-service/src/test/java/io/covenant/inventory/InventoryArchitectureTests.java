package io.covenant.inventory;

import io.covenant.testing.ShopArchitecture;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

class InventoryArchitectureTests extends ShopArchitecture {

    InventoryArchitectureTests() {
        super(InventoryServiceApplication.class, "what stock is does not depend on how it is asked for");
    }

    @Test
    void keepsItsModulesApart() {
        ApplicationModules.of(InventoryServiceApplication.class).verify();
    }
}
