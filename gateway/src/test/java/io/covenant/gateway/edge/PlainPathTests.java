package io.covenant.gateway.edge;

import static io.covenant.gateway.SharedGateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.SharedGateway;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedGateway.class)
class PlainPathTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/v1/orders",
                "/api/v1/orders/",
                "/a/.well-known/x",
                "/a/..b/c..",
                "/a/...",
                "/a/%20%C3%A9",
                "/a/b:c@d,e+f=g(h)!~'*&$",
            })
    void mayBePlain(String path) {
        assertThat(PlainPath.isPlain(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api",
                "/api/v1/orders/../../../internal",
                "/api/v1/orders/..",
                "/api/v1/orders/.",
                "/./internal",
                "/api/v1/orders/%2e%2e/internal",
                "/api/v1/orders/%2E./internal",
                "/api/v1/orders/..;/..;/internal",
                "/api/v1/orders;x=1/a",
                "/api/v1/orders/%3b/a",
                "/api/v1/orders/..%2finternal",
                "/api/v1/orders/..%5cinternal",
                "/api/v1/orders/%252e%252e/internal",
                "/api/v1/orders//internal",
                "//internal/v1",
                "/a\\b",
                "/a/%00",
                "/a/%0d%0aSet-Cookie",
                "/a/%7f",
                "/a/%",
                "/a/%2",
                "/a/%zz",
                "/a/%１１",
                "/a b",
                "/a/\"",
                "/a/<b>",
                "/a/é",
            })
    void mayBeAmbiguous(String path) {
        assertThat(PlainPath.isPlain(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/orders/../../../internal/v1/branches/prepared",
                "/api/v1/orders/%2e%2e/%2e%2e/%2e%2e/internal/v1/branches/prepared",
                "/api/v1/orders/..;/..;/..;/internal/v1/branches/prepared",
                "/api/v1/orders/..%2f..%2f..%2finternal/v1/branches/prepared",
                "/api/v1/orders//x",
            })
    void neverLeadAroundTheRouteTable(String path) {
        gateway()
                .raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .isProblem(400, "bad-path");
        assertThat(SharedGateway.ORDERS_1.requests).isEmpty();
        assertThat(SharedGateway.ORDERS_2.requests).isEmpty();
    }
}
