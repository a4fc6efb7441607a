package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// API3:2023, broken object property level authorization: what is not the client's to say is refused by its name,
/// not passed over and not taken.
class Api3PropertiesTests extends InTheShop {

    @ParameterizedTest
    @ValueSource(strings = {"id", "state", "total", "transaction", "placedAt", "idempotencyKey", "lease", "orderId"})
    void anOrderSaysNothingButWhatIsWanted(String field) {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");
        var order = new HashMap<>(order(ada, lamp, 1));
        order.put(field, "0.01");

        var refused = place(null, order).is(400);

        assertThat(refused.body().toString()).contains(field);
        assertThat(onHand(lamp)).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unitPrice", "price", "name", "discount"})
    void aLineSaysNoPrice(String field) {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        var refused = place(
                        null,
                        Map.of("customer", ada, "lines", List.of(Map.of("sku", lamp, "quantity", 1, field, "0.01"))))
                .is(400);

        assertThat(refused.body().toString()).contains(field);
        assertThat(onHand(lamp)).isEqualTo(5);
    }

    @Test
    void aCustomersDebtIsNotTheClerksToSay() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");
        place(null, order(ada, lamp, 1)).is(201);

        send(
                        shop.orders.http(),
                        "PUT",
                        "/api/v1/customers/" + ada,
                        null,
                        Map.of("name", "Ada", "creditLimit", new BigDecimal("100.00"), "openAmount", BigDecimal.ZERO))
                .is(400);

        assertThat(openAmount(ada)).isEqualTo("10.00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"onHand", "reserved", "version"})
    void stockIsCountedNotDeclared(String field) {
        var lamp = item(5, "10.00");

        send(
                        shop.inventory.http(),
                        "PUT",
                        "/api/v1/stock/" + lamp,
                        null,
                        Map.of("name", "Lamp", "price", new BigDecimal("10.00"), field, 1_000))
                .is(400);

        assertThat(onHand(lamp)).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "outcome", "owner", "attempt", "timeline"})
    void aTransactionIsDecidedNotDeclared(String field) {
        var refused = send(
                        shop.coordinator.http(),
                        "POST",
                        "/api/v1/transactions",
                        null,
                        Map.of(
                                "name",
                                "probe",
                                "branches",
                                List.of(Map.of("service", "orders", "operation", "cancel", "payload", Map.of())),
                                field,
                                "COMMITTED"))
                .is(400);

        assertThat(refused.body().toString()).contains(field);
    }
}
