package io.covenant.gateway.edge;

import static io.covenant.gateway.SharedGateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.SharedGateway;
import io.covenant.testing.ScriptedServer.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith({SharedGateway.class, OutputCaptureExtension.class})
class EdgeFilterTests {

    private static Request received() {
        return SharedGateway.INVENTORY.requests.getFirst();
    }

    @Test
    void passesTheRequestIdOnAndReturnsIt() {
        var answer = gateway().get("/api/v1/stock", "X-Request-Id", "abc-1.2_3");

        assertThat(received().header("X-Request-Id")).isEqualTo("abc-1.2_3");
        assertThat(answer.all("X-Request-Id")).containsExactly("abc-1.2_3");
    }

    @Test
    void makesARequestIdWhereNoneComes() {
        var answer = gateway().get("/api/v1/stock");

        assertThat(received().header("X-Request-Id")).hasSize(36);
        assertThat(answer.all("X-Request-Id")).containsExactly(received().header("X-Request-Id"));
    }

    @Test
    void returnsTheRequestIdOnceAlsoWhenTheServiceReturnsIt() {
        SharedGateway.INVENTORY.behaving((request, connection) -> connection.say(
                "HTTP/1.1 200 OK\nX-Request-Id: %s\nContent-Length: 0\n\n".formatted(request.header("X-Request-Id"))));

        assertThat(gateway().get("/api/v1/stock", "X-Request-Id", "once").all("X-Request-Id"))
                .containsExactly("once");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space", "a/b", "${jndi:ldap://x}", "{}"})
    void replacesARequestIdThatMightSpoilALog(String id) {
        var answer = gateway().get("/api/v1/stock", "X-Request-Id", id);

        assertThat(answer.header("X-Request-Id")).hasSize(36);
        assertThat(received().header("X-Request-Id")).isEqualTo(answer.header("X-Request-Id"));
    }

    @Test
    void returnsTheRequestIdWithItsOwnProblems() {
        var problem = gateway().get("/nothing", "X-Request-Id", "find-me").isProblem(404, "unknown-path");

        assertThat(problem.header("X-Request-Id")).isEqualTo("find-me");
    }

    @Test
    void saysAnewWhereARequestComesFrom() {
        gateway()
                .get(
                        "/api/v1/stock",
                        "X-Forwarded-For",
                        "6.6.6.6",
                        "X-Forwarded-Host",
                        "evil",
                        "X-Forwarded-Proto",
                        "https",
                        "X-Forwarded-Prefix",
                        "/evil",
                        "X-Forwarded-Port",
                        "1",
                        "Forwarded",
                        "for=6.6.6.6",
                        "X-Real-IP",
                        "6.6.6.6",
                        "X-Covenant-Anything",
                        "1");

        var request = received();
        assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
        assertThat(request.header("X-Forwarded-Host")).startsWith("127.0.0.1:");
        assertThat(request.head())
                .doesNotContain("6.6.6.6")
                .doesNotContain("evil")
                .doesNotContainIgnoringCase("x-covenant")
                .doesNotContainIgnoringCase("x-forwarded-prefix")
                .doesNotContainIgnoringCase("x-real-ip");
    }

    @Test
    void keepsHopByHopHeadersToItsHop() {
        gateway().raw("""
                GET /api/v1/stock HTTP/1.1
                Host: x
                Connection: close, X-Secret
                X-Secret: 1
                Keep-Alive: 5
                Proxy-Authorization: x
                TE: trailers

                """);

        assertThat(received().head())
                .doesNotContainIgnoringCase("keep-alive")
                .doesNotContainIgnoringCase("proxy-auth")
                .doesNotContainIgnoringCase("\nTE:");
    }

    @Test
    void writesALineForEachRequest(CapturedOutput output) {
        gateway().get("/api/v1/stock/A?x=secret", "X-Request-Id", "line-1");

        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(output.getOut().lines())
                        .filteredOn(line -> line.contains("[line-1]") && line.contains("access :"))
                        .singleElement()
                        .asString()
                        .containsPattern("GET /api/v1/stock/A 200 route=stock tries=1 instance="
                                + SharedGateway.INVENTORY.address() + " head=\\d+ us \\d+ us")
                        .doesNotContain("secret"));
    }

    @Test
    void answersARequestThatIsNotHttp() {
        assertThat(gateway().raw("RUBBISH\r\n\r\n").status()).isEqualTo(400);
        assertThat(gateway()
                        .raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(20_000) + "\r\n\r\n")
                        .status())
                .isIn(400, 413, 431);
    }
}
