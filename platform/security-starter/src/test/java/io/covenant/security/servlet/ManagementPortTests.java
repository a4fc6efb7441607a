package io.covenant.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.TestIssuer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/// A service that names no port for its management has another one for it: the other port knows nothing of it, and the
/// same rules hold there.
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"covenant.security.mode=enforced", "management.endpoints.web.exposure.include=*"})
class ManagementPortTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry properties) {
        properties.add("covenant.security.issuer", ISSUER::uri);
    }

    @AfterAll
    static void stop() {
        HTTP.close();
    }

    private static int status(int port, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)));
        return HTTP.send(
                        (headers.length == 0 ? request : request.headers(headers)).build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void healthAndMetricsAreOpenThereAndNowhereElse() throws Exception {
        assertThat(managementPort).isNotEqualTo(port);
        assertThat(status(managementPort, "/actuator/health")).isEqualTo(200);
        assertThat(status(managementPort, "/actuator/prometheus")).isEqualTo(200);
        for (var path : new String[] {"/actuator/health", "/actuator/prometheus"}) {
            assertThat(status(port, path, "Authorization", "Bearer " + ISSUER.token("metrics:read")))
                    .as(path)
                    .isEqualTo(404);
        }
    }

    @Test
    void whatElseIsThereTakesAToken() throws Exception {
        for (var path : new String[] {"/actuator/env", "/actuator/beans", "/actuator/loggers", "/actuator"}) {
            assertThat(status(managementPort, path)).as(path).isEqualTo(401);
            assertThat(status(managementPort, path, "Authorization", "Bearer " + ISSUER.token("orders:read")))
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(status(managementPort, "/actuator/env", "Authorization", "Bearer " + ISSUER.token("metrics:read")))
                .isEqualTo(200);
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
