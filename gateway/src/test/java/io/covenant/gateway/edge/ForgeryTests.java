package io.covenant.gateway.edge;

import static io.covenant.gateway.SharedGateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.SharedGateway;
import io.covenant.testing.ScriptedServer.Request;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client says that only the platform may say, or says in order to be read as something else.
@ExtendWith(SharedGateway.class)
@Timeout(60)
class ForgeryTests {

    private static Request received() {
        assertThat(SharedGateway.INVENTORY.requests).hasSize(1);
        return SharedGateway.INVENTORY.requests.getFirst();
    }

    private static void nothingWasSent() {
        assertThat(SharedGateway.INVENTORY.requests).isEmpty();
        assertThat(SharedGateway.ORDERS_1.requests).isEmpty();
        assertThat(SharedGateway.ORDERS_2.requests).isEmpty();
    }

    private static String get(String target, String headers) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "Connection: close\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-User",
                "X-User-Id",
                "X-Authenticated-User",
                "X-Remote-User",
                "Remote-User",
                "X-Fencing-Token",
                "X-Lock-Session",
                "X-Lock-Epoch",
                "X-Transaction-Id",
                "X-Covenant-Try",
                "X-Covenant-Transaction",
                "X-HTTP-Method-Override",
                "X-HTTP-Method",
                "X-Method-Override",
                "X-Original-URL",
                "X-Rewrite-URL",
                "X-Original-Host",
                "X-Host",
                "X-Cluster-Client-IP",
                "CF-Connecting-IP",
                "X-SSL-Client-Cert",
                "X-Client-Cert",
                "Proxy",
                "X-Forwarded-User",
                "X_Forwarded_For",
                "X_User",
            })
    void keepsToItselfWhatOnlyThePlatformMaySay(String header) {
        gateway()
                .exchange(get(
                        "/api/v1/stock", header + ": 6.6.6.6\r\n" + header.toLowerCase(Locale.ROOT) + ": 6.6.6.6\r\n"));

        assertThat(received().head()).doesNotContain("6.6.6.6").doesNotContainIgnoringCase("\n" + header + ":");
    }

    @Test
    void passesOnWhatClientsMaySay() {
        gateway()
                .get(
                        "/api/v1/stock",
                        "Idempotency-Key",
                        "k",
                        "X-Customer",
                        "c",
                        "If-None-Match",
                        "\"1\"",
                        "X-Commit-Protocol",
                        "TWO_PHASE",
                        "X-Own-Thing",
                        "o");

        var request = received();
        assertThat(request.header("Idempotency-Key")).isEqualTo("k");
        assertThat(request.header("X-Customer")).isEqualTo("c");
        assertThat(request.header("If-None-Match")).isEqualTo("\"1\"");
        assertThat(request.header("X-Commit-Protocol")).isEqualTo("TWO_PHASE");
        assertThat(request.header("X-Own-Thing")).isEqualTo("o");
    }

    @Test
    void letsNoClientNameTheHeadersThatTheNextOneShallNotSee() {
        gateway().raw("""
                        GET /api/v1/stock HTTP/1.1
                        Host: x
                        X-Request-Id: known
                        Authorization: Bearer t
                        Connection: close, X-Request-Id, X-Forwarded-For, X-Deadline-Millis, Authorization

                        """);

        var request = received();
        assertThat(request.header("X-Request-Id")).isEqualTo("known");
        assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(request.header("X-Deadline-Millis")).isNotEmpty();
        assertThat(request.header("Connection")).doesNotContain("X-");
    }

    @Test
    void doesNotLetAConnectionTurnIntoAnotherOne() {
        gateway().raw("""
                        GET /api/v1/stock HTTP/1.1
                        Host: x
                        Upgrade: h2c
                        HTTP2-Settings: AAMAAABk
                        Connection: close, Upgrade, HTTP2-Settings

                        """);

        assertThat(received().header("Upgrade")).isEmpty();
        assertThat(received().header("HTTP2-Settings")).isEmpty();
    }

    @Test
    void takesTheSchemeFromTheSocketAndNotFromTheTarget() {
        gateway().exchange(get("https://evil:99/api/v1/stock?a=b", ""));

        var request = received();
        assertThat(request.line()).isEqualTo("GET /api/v1/stock?a=b HTTP/1.1");
        assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
        assertThat(request.head()).doesNotContain("evil");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/stock/../../../internal/v1/branches/prepared",
                "/api/v1/stock/..;/internal",
                "/api/v1/stock/..;a=b/internal",
                "/api/v1/stock;/../internal",
                "/api/v1/stock/%2e%2e/internal",
                "/api/v1/stock/%2E%2e/internal",
                "/api/v1/stock/.%2e/internal",
                "/api/v1/stock/%252e%252e/internal",
                "/api/v1/stock/%2f%2finternal",
                "/api/v1/stock/..%2finternal",
                "/api/v1/stock/..%5cinternal",
                "/api/v1/stock/%5c..%5cinternal",
                "/api/v1/stock//internal",
                "//internal/v1/branches/prepared",
                "/api/v1/stock/./internal",
                "/api/v1/stock/%00",
                "/api/v1/stock/%0d%0aX-User:%20root",
                "/api/v1/stock/%c0%ae%c0%ae/internal",
                "/api/v1/stock/%c0%afinternal",
                "/api/v1/stock/%ff",
                "/api/v1/stock/%e2%82",
                "http://x/api/v1/stock/../internal",
                "http://x//internal",
            })
    void refusesPathsThatLeadTwoWays(String target) {
        gateway().exchange(get(target, "")).isProblem(400, "bad-path");
        nothingWasSent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/stock/a\\..\\b",
                "/api/v1/stock/a|b",
                "/api/v1/stock/{a}",
                "/api/v1/stock/<a>",
                "/api/v1/stock?a={b}",
                "/api/v1/stock?a=|",
                "/api/v1/stock?a=%zz",
                "/api/v1/stock/%zz",
                "/api/v1/stock/%",
                "/api/v1/stock/%u002e",
                "/api/v1/stock/\u00e4",
                "x",
                "*",
                "http://",
                "http://[/",
                "/api/v1/stock#a",
            })
    void refusesTargetsThatAreNoAddress(String target) {
        var answer = gateway().exchange(get(target, ""));

        assertThat(answer.status()).as(answer.text()).isIn(400, 404);
        answer.isProblem(answer.status(), answer.json().path("code").asString());
        nothingWasSent();
    }

    @Test
    void doesNotTakeAnEncodedLineBreakOfAQueryForOne() {
        gateway().exchange(get("/api/v1/stock?a=%0d%0aX-User:%20root%0d%0a%0d%0aGET%20/internal", ""));

        assertThat(received().line())
                .isEqualTo("GET /api/v1/stock?a=%0d%0aX-User:%20root%0d%0a%0d%0aGET%20/internal HTTP/1.1");
        assertThat(received().header("X-User")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "TRACK", "CONNECT", "PROPFIND", "get", "DEBUG", "FOO"})
    void refusesMethodsThatNoServiceAnswers(String method) {
        var answer = gateway()
                .exchange(method + " /api/v1/stock HTTP/1.1\r\nHost: x\r\nX-Secret: s3\r\nConnection: close\r\n\r\n");

        answer.isProblem(405, "method-not-allowed");
        assertThat(answer.text()).doesNotContain("s3");
        assertThat(answer.header("Allow")).contains("GET").doesNotContain("TRACE");
        nothingWasSent();
    }
}
