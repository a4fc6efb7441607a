package io.covenant.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.TestIssuer;
import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.core.env.Environment;

@Timeout(60)
class ManagementPortTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();

    @Test
    void leavesHealthAndMetricsToAPortOfSpringsWhereOneIsAskedFor() {
        try (var gateway = RunningGateway.with(
                "covenant.security.mode=enforced",
                "covenant.security.issuer=" + ISSUER.uri(),
                "covenant.services.orders=" + Backend.nobody(),
                "management.server.port=0",
                "management.endpoints.web.exposure.include=health,prometheus,env")) {
            var port = gateway.part(Environment.class).getRequiredProperty("local.management.port");

            assertThat(status(gateway, port, "/actuator/health/readiness")).isEqualTo(200);
            assertThat(status(gateway, port, "/actuator/prometheus")).isEqualTo(200);
            assertThat(status(gateway, port, "/actuator/env")).isEqualTo(401);
            assertThat(status(gateway, port, "/api/v1/orders")).isEqualTo(401);
            assertThat(gateway.get("/actuator/health").status()).isEqualTo(404);
            assertThat(gateway.operate("GET", "/actuator/health", "").status()).isEqualTo(404);
        }
    }

    private static int status(RunningGateway gateway, String port, String path) {
        return gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build())
                .status();
    }
}
