package io.covenant.gateway.edge;

import static io.covenant.gateway.SharedGateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.RunningGateway.Answer;
import io.covenant.gateway.SharedGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that two servers could read as different ones, as bytes on a socket. Each is refused by a problem document,
/// the connection ends, and no service hears of it.
@ExtendWith(SharedGateway.class)
@Timeout(60)
class SmugglingTests {

    /// What must never be read as a request.
    private static final String HIDDEN = "GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nX-Hidden: 1\r\n\r\n";

    private static String post(String headers, String body) {
        return "POST /api/v1/stock/A/receipts HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
    }

    private static void isRefused(String bytes) {
        isRefused(bytes, 400, "malformed-request");
    }

    /// The connection is closed by the gateway, or reading would not end.
    private static Answer isRefused(String bytes, int status, String code) {
        var answer = gateway().exchange(bytes).isProblem(status, code);
        assertThat(answer.text()).as("one answer").doesNotContain("HTTP/1.1");
        nothingWasSent();
        return answer;
    }

    private static void nothingWasSent() {
        assertThat(SharedGateway.INVENTORY.requests).isEmpty();
        assertThat(SharedGateway.ORDERS_1.requests).isEmpty();
        assertThat(SharedGateway.ORDERS_2.requests).isEmpty();
    }

    @Test
    void takesARequestInChunks() {
        var answer = gateway()
                .exchange(post("Transfer-Encoding: chunked\r\nConnection: close\r\n", "3\r\nabc\r\n0\r\n\r\n"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(SharedGateway.INVENTORY.requests).singleElement().satisfies(request -> {
            assertThat(request.body()).isEqualTo("abc");
            assertThat(request.header("Content-Length")).isEqualTo("3");
            assertThat(request.header("Transfer-Encoding")).isEmpty();
        });
    }

    @Test
    void refusesALengthBesideChunks() {
        isRefused(post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + HIDDEN));
        isRefused(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + HIDDEN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 0\r\nContent-Length: 61\r\n",
                "Content-Length: 61\r\nContent-Length: 61\r\n",
                "Content-Length: 0, 61\r\n",
                "Content-Length: +0\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: 0x0\r\n",
                "Content-Length: 0 1\r\n",
                "Content-Length: \r\n",
                "Content-Length: 99999999999999999999\r\n",
            })
    void refusesALengthThatIsNotOneNumber(String headers) {
        isRefused(post(headers, HIDDEN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: \"chunked\"\r\n",
                "Transfer-Encoding: \u000bchunked\r\n",
                "Transfer-Encoding: chunked;q=1\r\n",
                "Transfer-Encoding:\r\n xchunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                " Transfer-Encoding: chunked\r\n",
                "X: a\rTransfer-Encoding: chunked\r\n",
                "X: a\nTransfer-Encoding: chunked\r\n",
                "X: a\u0000b\r\n",
                "X\u0000: a\r\n",
                "X y: a\r\n",
                ": a\r\n",
                "no colon\r\n",
                "Expect: the-unexpected\r\n",
            })
    void refusesHeadersThatCouldBeReadInTwoWays(String headers) {
        var answer = gateway().exchange(post(headers, "0\r\n\r\n" + HIDDEN));

        assertThat(answer.status()).isIn(400, 417);
        answer.isProblem(answer.status(), answer.json().path("code").asString());
        assertThat(answer.text()).as("one answer").doesNotContain("HTTP/1.1");
        nothingWasSent();
    }

    @Test
    void refusesChunksInHttp10() {
        isRefused("POST /api/v1/stock/A/receipts HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + HIDDEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x3\r\nabc\r\n0\r\n\r\n",
                "+3\r\nabc\r\n0\r\n\r\n",
                "-3\r\nabc\r\n0\r\n\r\n",
                "3 3\r\nabc\r\n0\r\n\r\n",
                "\r\nabc\r\n0\r\n\r\n",
                "g\r\nabc\r\n0\r\n\r\n",
                "100000003\r\nabc\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nabc\r\n0\r\n\r\n",
                "3\nabc\r\n0\r\n\r\n",
                "3;a\nb\r\nabc\r\n0\r\n\r\n",
                "3\r\nabcd\r\n0\r\n\r\n",
                "3\r\nabc\n0\r\n\r\n",
                "3\r\nabc0\r\n\r\n",
            })
    void refusesChunksWhoseSizeIsNotPlain(String chunks) {
        isRefused(post("Transfer-Encoding: chunked\r\n", chunks + HIDDEN));
    }

    @Test
    void forgetsWhatStandsBehindTheLastChunk() {
        var trailers = "0\r\nX-Forwarded-For: 6.6.6.6\r\nAuthorization: Bearer b\r\nContent-Length: 9\r\n\r\n";

        var answer = gateway().exchange(post("Transfer-Encoding: chunked\r\nConnection: close\r\n", trailers));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(SharedGateway.INVENTORY.requests).singleElement().satisfies(request -> {
            assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
            assertThat(request.header("Authorization")).isEmpty();
            assertThat(request.header("Content-Length")).isIn("", "0");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/stock HTTP/1.1\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x, y\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: a@x\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x/internal\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x y\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x#\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x:80:80\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost:\r\n\r\n",
            })
    void refusesAHostThatIsNotOneName(String request) {
        gateway()
                .exchange(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                .isProblem(400, "bad-host");
        nothingWasSent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/stock HTTP/1.1\nHost: x\n\n",
                "GET /api/v1/stock HTTP/1.1\nHost: x\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1\r\nHost: x\n\r\n",
                "GET /api/v1/stock\rX HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/stock HTTP/1.1 \r\nHost: x\r\n\r\n",
                "GET /api/v1/st ock HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/stock\r\nHost: x\r\n\r\n",
                "GET /api/v1/stock HTTP/9.9\r\nHost: x\r\n\r\n",
                "GET /api/v1/stock HTTX/1.1\r\nHost: x\r\n\r\n",
                "G\u0000T /api/v1/stock HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/st\u0000ck HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/stock?a=\u0001 HTTP/1.1\r\nHost: x\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003 hello\r\n\r\n",
            })
    void refusesARequestLineThatIsNone(String bytes) {
        var answer = gateway().exchange(bytes);

        assertThat(answer.status()).isIn(400, 505);
        answer.isProblem(answer.status(), answer.json().path("code").asString());
        nothingWasSent();
    }

    @Test
    void unfoldsAFoldedHeaderSoThatNobodyElseSeesTwoLines() {
        gateway().exchange("""
                        GET /api/v1/stock HTTP/1.1
                        Host: x
                        X-A: a
                         X-Forwarded-For: 6.6.6.6
                        \tHost: y
                        Connection: close

                        """.replace("\n", "\r\n"));

        assertThat(SharedGateway.INVENTORY.requests)
                .allSatisfy(request -> assertThat(request.head().lines())
                        .noneMatch(line -> line.startsWith(" ") || line.startsWith("\t")));
        assertThat(SharedGateway.INVENTORY.requests).allSatisfy(request -> {
            assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
            assertThat(request.header("X-A")).isEqualTo("a X-Forwarded-For: 6.6.6.6 Host: y");
        });
    }

    @Test
    void answersPipelinedRequestsInTheirTurnAndRefusesTheBadOneAmongThem() throws Exception {
        var good = "GET /api/v1/stock HTTP/1.1\r\nHost: x\r\n\r\n";
        var all = gateway().bytesAfter(good + good + post("Content-Length: x\r\n", HIDDEN) + good);

        assertThat(all.split("HTTP/1.1 ", -1)).hasSize(4).satisfies(parts -> {
            assertThat(parts[1]).startsWith("200");
            assertThat(parts[2]).startsWith("200");
            assertThat(parts[3]).startsWith("400").contains("malformed-request");
        });
        assertThat(SharedGateway.INVENTORY.requests).hasSize(2);
    }
}
