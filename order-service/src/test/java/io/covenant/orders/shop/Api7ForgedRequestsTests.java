package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.ScriptedServer;
import io.covenant.testing.TestIssuer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// API7:2023, server side request forgery: services are known by name, and no request has one ask at an address.
class Api7ForgedRequestsTests extends InTheShop {

    private static final ScriptedServer TARGET = new ScriptedServer((_, connection) -> connection.answer("{}"));

    static Stream<String> addresses() {
        var address = TARGET.address().toString();
        var authority = "127.0.0.1:" + TARGET.port();
        return Stream.of(
                address,
                address + "/",
                authority,
                "//" + authority,
                "orders@" + authority,
                "orders/../" + authority,
                "ORDERS",
                "");
    }

    @AfterAll
    static void stop() {
        TARGET.close();
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void aBranchNamesAServiceThatIsConfigured(String service) {
        send(
                        shop.coordinator.http(),
                        "POST",
                        "/api/v1/transactions",
                        null,
                        Map.of(
                                "name",
                                "probe",
                                "branches",
                                List.of(Map.of("service", service, "operation", "cancel", "payload", Map.of()))))
                .is(400);

        assertThat(TARGET.connections.get()).isZero();
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void soDoesAnOperator(String service) {
        var operator = shop.coordinator.http(TestIssuer.shared().token("transactions:operate"));
        var gid = "cov1:01890000-0000-7000-8000-000000000000:a:orders";

        send(
                        operator,
                        "POST",
                        "/admin/transactions/finish",
                        null,
                        Map.of("service", service, "gid", gid, "reason", "a probe"))
                .is(400);

        assertThat(TARGET.connections.get()).isZero();
    }

    @Test
    void forwardedHeadersLeadNobodyElsewhere() {
        var ada = customer("100.00");
        var lamp = item(2, "10.00");
        var forwarded = shop.orders
                .http()
                .mutate()
                .defaultHeader("X-Forwarded-Host", "127.0.0.1:" + TARGET.port())
                .defaultHeader("Forwarded", "host=127.0.0.1:" + TARGET.port())
                .build();

        var placed = send(forwarded, "POST", "/api/v1/orders", null, order(ada, lamp, 1))
                .is(201);

        assertThat(placed.location()).isEqualTo("/api/v1/orders/" + placed.text("id"));
    }
}
