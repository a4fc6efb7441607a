package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// API4:2023, unrestricted resource consumption: what would take more than its share is refused before it does.
class Api4ConsumptionTests extends InTheShop {

    @Test
    void aBodyHasALength() {
        var weighty = Map.of("customer", "x".repeat(400_000), "lines", List.of());

        assertThat(send(shop.orders.http(), "POST", "/api/v1/orders", null, weighty)
                        .is(413)
                        .text("code"))
                .isEqualTo("body-too-large");
    }

    @Test
    void anOrderHasAHundredLinesAtMost() {
        var lines = IntStream.range(0, 101)
                .mapToObj(i -> Map.of("sku", "ITEM-" + i, "quantity", 1))
                .toList();

        place(null, Map.of("customer", customer("100.00"), "lines", lines)).is(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=100000", "limit=0", "limit=-1", "limit=99999999999999999999"})
    void aPageHasASize(String limit) {
        send(shop.orders.http(), "GET", "/api/v1/orders?" + limit, null, null).is(400);
        send(shop.orders.http(), "GET", "/api/v1/customers?" + limit, null, null)
                .is(400);
        send(shop.inventory.http(), "GET", "/api/v1/stock?" + limit, null, null).is(400);
        send(shop.coordinator.http(), "GET", "/api/v1/transactions?" + limit, null, null)
                .is(400);
    }

    @Test
    void aNumberHasDigitsThatCanBeCounted() {
        send(shop.inventory.http(), "PUT", "/api/v1/stock/LAMP", null, "{\"name\": \"Lamp\", \"price\": 1e999999999}")
                .is(400);
    }

    @Test
    void aBodyHasADepth() {
        place(null, "[".repeat(20_000) + "]".repeat(20_000)).is(400);
    }

    @Test
    void aKeyHasALength() {
        var ada = customer("100.00");

        place("k".repeat(129), order(ada, item(1, "1.00"), 1)).is(400);
    }

    @Test
    void aTransactionHasFewBranches() {
        var branches = IntStream.range(0, 1_000)
                .mapToObj(i -> Map.of("name", "b" + i, "service", "orders", "operation", "cancel", "payload", Map.of()))
                .toList();

        send(
                        shop.coordinator.http(),
                        "POST",
                        "/api/v1/transactions",
                        null,
                        Map.of("name", "probe", "branches", branches))
                .is(400);
    }

    private static Answer place(@Nullable String key, Object order) {
        return send(shop.orders.http(), "POST", "/api/v1/orders", key, order);
    }
}
