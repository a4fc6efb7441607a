package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.TestIssuer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

/// API5:2023, broken function level authorization: every endpoint that there is asks for its scope, and those that
/// services have among themselves for a service.
class Api5FunctionsTests extends InTheShop {

    /// Takes any good token.
    private static final String DESCRIPTION = "/v3/api-docs";

    private static final Set<String> A_SHOPPERS =
            Set.of("/api/v1/orders", "/api/v1/orders/{id}", "/api/v1/orders/{id}/cancel");

    private record Endpoint(Shop.Service service, String method, String pattern) {

        Answer as(String token) {
            return send(service.http(token), method, path(), null, null);
        }

        String path() {
            return pattern.replaceAll("\\{[^}]+}|\\*+", "01890000-0000-7000-8000-000000000000");
        }

        @Override
        public String toString() {
            return service.name() + " " + method + " " + pattern;
        }
    }

    private static List<Endpoint> endpoints() {
        return shop.services().stream()
                .flatMap(service -> service.mappings().stream()
                        .flatMap(mapping -> mapping.getPatternValues().stream()
                                .flatMap(pattern ->
                                        methods(mapping).map(method -> new Endpoint(service, method, pattern)))))
                .toList();
    }

    private static Stream<String> methods(RequestMappingInfo mapping) {
        var methods = mapping.getMethodsCondition().getMethods();
        return methods.isEmpty() ? Stream.of("GET", "POST") : methods.stream().map(RequestMethod::name);
    }

    @Test
    void nobodyIsLetInAnywhere() {
        assertThat(endpoints())
                .hasSizeGreaterThan(40)
                .allSatisfy(
                        endpoint -> send(endpoint.service().stranger(), endpoint.method(), endpoint.path(), null, null)
                                .is(401));
    }

    @Test
    void aTokenThatIsGoodForNothingOpensNothing() {
        var outside = TestIssuer.shared().token();
        var inside = TestIssuer.shared().serviceToken();

        assertThat(endpoints())
                .filteredOn(endpoint -> !endpoint.pattern().startsWith(DESCRIPTION))
                .allSatisfy(endpoint -> {
                    endpoint.as(outside).is(403);
                    endpoint.as(inside).is(403);
                });
    }

    @Test
    void aShopperHasOrdersAndSeesTheStock() {
        var shopper = TestIssuer.shared()
                .token(claims ->
                        claims.claim("customer", "nobody").claim("scope", "orders:read orders:write stock:read"));

        assertThat(endpoints())
                .filteredOn(endpoint -> !A_SHOPPERS.contains(endpoint.pattern())
                        && !endpoint.pattern().startsWith(DESCRIPTION)
                        && !(endpoint.method().equals("GET")
                                && endpoint.pattern().startsWith("/api/v1/stock")))
                .hasSizeGreaterThan(30)
                .allSatisfy(endpoint -> endpoint.as(shopper).is(403));
    }

    @Test
    void noPersonDrivesBranches() {
        var person = TestIssuer.shared().token("branches:drive", "transactions:run", "transactions:operate");

        assertThat(endpoints())
                .filteredOn(endpoint -> endpoint.pattern().startsWith("/internal/"))
                .hasSizeGreaterThan(8)
                .allSatisfy(endpoint -> endpoint.as(person).is(403));
    }

    @Test
    void noServiceIsAnOperator() {
        var service = TestIssuer.shared().serviceToken("transactions:operate", "transactions:read", "stock:write");

        assertThat(endpoints())
                .filteredOn(endpoint -> endpoint.pattern().startsWith("/admin/"))
                .hasSizeGreaterThan(8)
                .allSatisfy(endpoint -> endpoint.as(service).is(403));
    }
}
