package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// API9:2023, improper inventory management: what answers is described, has a version, and there is no older one beside
/// it.
class Api9InventoryTests extends InTheShop {

    private static final Pattern KNOWN =
            Pattern.compile("/(api/v1|internal/v1|admin|v3/api-docs)(/.*)?|/v3/api-docs.yaml|/error");

    @Test
    void everyEndpointIsOfAKindThatIsMeant() {
        for (var service : shop.services()) {
            assertThat(patterns(service))
                    .isNotEmpty()
                    .allMatch(pattern -> KNOWN.matcher(pattern).matches());
        }
    }

    @Test
    void everyEndpointForTheOutsideIsDescribed() {
        for (var service : shop.services()) {
            var described = send(service.http(), "GET", "/v3/api-docs", null, null)
                    .is(200)
                    .body()
                    .path("paths");

            assertThat(described.propertyNames())
                    .containsExactlyInAnyOrderElementsOf(patterns(service).stream()
                            .filter(pattern -> pattern.startsWith("/api/"))
                            .toList());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/orders",
                "/api/v0/orders",
                "/api/v2/orders",
                "/v1/orders",
                "/api/v1/orders.json",
                "/api/v1/orders/"
            })
    void thereIsNoOtherVersion(String path) {
        send(shop.orders.http(), "GET", path, null, null).is(404);
    }

    private static Set<String> patterns(Shop.Service service) {
        return service.mappings().stream()
                .flatMap(mapping -> mapping.getPatternValues().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
