package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.TestIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// API8:2023, security misconfiguration: nothing is open that was not opened, and no answer tells how it was made.
class Api8ConfigurationTests extends InTheShop {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @AfterAll
    static void stop() {
        HTTP.close();
    }

    private static HttpResponse<String> ask(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(shop.orders.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        return HTTP.send(
                headers.length == 0 ? request.build() : request.headers(headers).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "env",
                "beans",
                "configprops",
                "heapdump",
                "threaddump",
                "loggers",
                "mappings",
                "shutdown",
                "httpexchanges",
                "flyway"
            })
    void noServiceTellsItsInside(String endpoint) {
        var everything = TestIssuer.shared().token("metrics:read", "orders:read", "transactions:operate");

        for (var service : shop.services()) {
            for (var stranger : List.of(service.stranger(), service.management())) {
                send(stranger, "GET", "/actuator/" + endpoint, null, null).is(401);
            }
            for (var client : List.of(service.http(everything), service.management(everything))) {
                send(client, "GET", "/actuator/" + endpoint, null, null).is(404);
                assertThat(send(client, "POST", "/actuator/" + endpoint, null, null)
                                .status())
                        .isIn(404, 405);
            }
        }
    }

    @Test
    void healthAndMetricsAreNotBesideTheApi() {
        for (var service : shop.services()) {
            for (var path :
                    List.of("/actuator", "/actuator/health", "/actuator/health/readiness", "/actuator/prometheus")) {
                assertThat(send(service.stranger(), "GET", path, null, null).status())
                        .as("%s %s", service.name(), path)
                        .isIn(401, 404);
                send(service.http(), "GET", path, null, null).is(404);
            }
            send(service.management(), "GET", "/actuator/health/readiness", null, null)
                    .is(200);
        }
    }

    @Test
    void theApiIsNotWhereItIsWatched() {
        send(shop.orders.management(), "GET", "/api/v1/orders", null, null).is(401);
        send(shop.orders.management(TestIssuer.shared().token("orders:read")), "GET", "/api/v1/orders", null, null)
                .is(404);
    }

    @Test
    void healthSaysWhichPartsAreWellAndNoMore() {
        for (var service : shop.services()) {
            var health = send(service.management(), "GET", "/actuator/health", null, null);

            assertThat(health.body().propertyNames()).isSubsetOf("status", "groups", "components");
            assertThat(health.body().findValues("details")).isEmpty();
        }
    }

    @Test
    void answersAreNotKeptOrReadAsAnythingElse() throws Exception {
        var answer = ask("GET", "/api/v1/orders", "");

        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(answer.headers().map()).doesNotContainKeys("server", "x-powered-by", "set-cookie");
    }

    @Test
    void noOtherSiteIsInvited() throws Exception {
        var preflight = ask(
                "OPTIONS",
                "/api/v1/orders",
                "",
                "Origin",
                "https://elsewhere.example",
                "Access-Control-Request-Method",
                "POST");

        assertThat(preflight.statusCode()).isEqualTo(401);
        assertThat(preflight.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void aRequestIsNotEchoed() throws Exception {
        var token = TestIssuer.shared().token("orders:read");

        var trace = ask("TRACE", "/api/v1/orders", "", "Authorization", "Bearer " + token);

        assertThat(trace.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(trace.body()).doesNotContain(token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "nonsense", "{\"customer\": {}}", "{\"customer\": \"x\", \"lines\": null}"})
    void anErrorDoesNotTellHowItIsMade(String body) {
        var refused =
                send(shop.orders.http(), "POST", "/api/v1/orders", null, body).is(400);

        assertThat(refused.body().toString())
                .doesNotContain("Exception", "io.covenant.orders", "springframework", "jackson", "\\tat ");
    }
}
