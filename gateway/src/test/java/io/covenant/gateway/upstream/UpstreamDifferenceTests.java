package io.covenant.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.covenant.testing.ScriptedServer.Script;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Every kind of request and of answer, taken to the same instance by our own client and by Spring Cloud Gateway's:
/// nobody can tell from what comes back, nor from what the instance gets, which one it was.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class UpstreamDifferenceTests {

    /// @param request with LF for CRLF; it closes the connection
    /// @param script  of the instance
    record Case(String name, String request, Script script) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final Script FINE =
            (_, connection) -> connection.say("HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 4\n\nfine");

    private static Case asked(String name, String request) {
        return new Case(name, request, FINE);
    }

    private static String request(String line, String rest) {
        return line + " HTTP/1.1\nHost: door\nX-Request-Id: same\nConnection: close\n" + rest;
    }

    private static Case answered(String name, String answer) {
        return new Case(name, request("GET /api/v1/orders/1", "\n"), (_, connection) -> connection.say(answer));
    }

    private static Case ended(String name, String line, String answer) {
        return new Case(name, request(line, "Content-Length: 2\n\n{}"), (_, connection) -> {
            connection.say(answer);
            connection.close();
        });
    }

    /// What may be asked.
    static final List<Case> ASKED = List.of(
            asked("a GET", request("GET /api/v1/orders/1", "\n")),
            asked("headers", request("GET /api/v1/orders", "Accept: a/b\nAccept: c/d\nX-Some: 1\nx-SOME: 2\n\n")),
            asked("a user agent", request("GET /api/v1/orders", "User-Agent: us\nAccept-Encoding: gzip\n\n")),
            asked("a query", request("GET /api/v1/orders?a=%20b&c=d+e&f=%C3%A4&g=/?", "\n")),
            asked("a query that is no ASCII", request("GET /api/v1/orders?a=\u00c3\u00a4", "\n")),
            asked("an encoded path", request("GET /api/v1/orders/a%20b", "\n")),
            asked("another path inside", request("GET /v3/api-docs/orders", "\n")),
            asked("cookies", request("GET /api/v1/orders", "Cookie: a=b; c=d\nCookie: e=f\n\n")),
            asked("a header without a value", request("GET /api/v1/orders", "X-Empty:\n\n")),
            asked("a header beyond ASCII", request("GET /api/v1/orders", "X-Name: J\u00fcrgen\n\n")),
            asked("large headers", request("GET /api/v1/orders", "X-Large: " + "x".repeat(12_000) + "\n\n")),
            asked("OPTIONS", request("OPTIONS /api/v1/orders", "\n")),
            asked("OPTIONS as browsers ask", request("OPTIONS /api/v1/orders", "Origin: http://evil\n\n")),
            asked("DELETE", request("DELETE /api/v1/orders/1", "\n")),
            asked("DELETE with a body", request("DELETE /api/v1/orders/1", "Content-Length: 2\n\n{}")),
            asked("GET with a body", request("GET /api/v1/orders/1", "Content-Length: 2\n\n{}")),
            asked("GET with an empty body", request("GET /api/v1/orders/1", "Content-Length: 0\n\n")),
            asked("POST", request("POST /api/v1/orders", "Content-Type: a/b\nContent-Length: 5\n\nhello")),
            asked("POST with an empty body", request("POST /api/v1/orders", "Content-Length: 0\n\n")),
            asked("POST without a length", request("POST /api/v1/orders", "\n")),
            asked("PUT", request("PUT /api/v1/orders/1", "Content-Length: 5\n\nhello")),
            asked("PATCH", request("PATCH /api/v1/orders/1", "Content-Length: 5\n\nhello")),
            asked(
                    "a body in chunks",
                    request("POST /api/v1/orders", "Transfer-Encoding: chunked\n\n2\nhe\n3\nllo\n0\n\n")),
            asked("a large body", request("POST /api/v1/orders", "Content-Length: 200000\n\n" + "x".repeat(200_000))),
            asked("trailers", request("POST /api/v1/orders", "Transfer-Encoding: chunked\n\n1\nx\n0\nX-Late: 1\n\n")),
            asked("an expectation", request("POST /api/v1/orders", "Expect: 100-continue\nContent-Length: 2\n\n{}")),
            asked("headers of one connection", """
                    GET /api/v1/orders HTTP/1.1
                    Host: door
                    X-Request-Id: same
                    Connection: X-Mine, X-Request-Id, close
                    X-Mine: 1
                    Keep-Alive: 5
                    TE: trailers
                    Trailer: X
                    Proxy-Authorization: Basic x

                    """),
            asked("forged headers", request("GET /api/v1/orders", "X-Forwarded-For: 1.2.3.4\nForwarded: for=x\n\n")),
            asked("a deadline", request("GET /api/v1/orders", "X-Deadline-Millis: 30000\n\n")),
            asked("HTTP/1.0", "GET /api/v1/orders HTTP/1.0\nHost: door\nX-Request-Id: same\n\n"),
            asked("a host of its own", """
                    GET http://door:1/api/v1/orders HTTP/1.1
                    Host: door:1
                    Connection: close
                    X-Request-Id: same

                    """));

    /// What may be answered.
    static final List<Case> ANSWERED = List.of(
            new Case(
                    "HEAD",
                    request("HEAD /api/v1/orders", "\n"),
                    (_, connection) -> connection.say("HTTP/1.1 200 OK\nContent-Length: 14\nX-A: b\n\n")),
            new Case(
                    "HEAD of nothing",
                    request("HEAD /api/v1/orders", "\n"),
                    (_, connection) -> connection.say("HTTP/1.1 404 Not Found\nContent-Length: 0\n\n")),
            new Case(
                    "HEAD of chunks",
                    request("HEAD /api/v1/orders", "\n"),
                    (_, connection) -> connection.say("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n")),
            answered("nothing in it", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
            answered("201", "HTTP/1.1 201 Created\nLocation: /api/v1/orders/1\nContent-Length: 2\n\n{}"),
            answered("204", "HTTP/1.1 204 No Content\nX-A: b\n\n"),
            answered("205", "HTTP/1.1 205 Reset Content\nContent-Length: 0\n\n"),
            answered("206", "HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-1/9\nContent-Length: 2\n\nab"),
            answered("302", "HTTP/1.1 302 Found\nLocation: http://elsewhere/\nContent-Length: 0\n\n"),
            answered("304", "HTTP/1.1 304 Not Modified\nETag: \"a\"\n\n"),
            answered("304 with a length", "HTTP/1.1 304 Not Modified\nETag: \"a\"\nContent-Length: 99\n\n"),
            answered(
                    "401",
                    "HTTP/1.1 401 No\nWWW-Authenticate: Bearer\nWWW-Authenticate: Basic\nContent-Length: 1\n\nx"),
            answered("404", "HTTP/1.1 404 Not Found\nContent-Type: application/problem+json\nContent-Length: 2\n\n{}"),
            answered("429", "HTTP/1.1 429 Slow\nRetry-After: 7\nContent-Length: 0\n\n"),
            answered("500", "HTTP/1.1 500 Oops\nContent-Length: 4\n\noops"),
            answered("503", "HTTP/1.1 503 Away\nContent-Length: 4\n\naway"),
            answered("a status nobody knows", "HTTP/1.1 299 Odd\nContent-Length: 3\n\nodd"),
            answered("cookies", "HTTP/1.1 200 OK\nSet-Cookie: a=b\nSet-Cookie: c=d\nContent-Length: 0\n\n"),
            answered("a header without a value", "HTTP/1.1 200 OK\nX-Empty:\nContent-Length: 0\n\n"),
            answered("chunks", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nhe\n3\nllo\n0\n\n"),
            answered("no chunk", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\n\n"),
            answered(
                    "chunks and a length",
                    "HTTP/1.1 200 OK\nContent-Length: 9\nTransfer-Encoding: chunked\n\n1\nx\n0\n\n"),
            answered("large headers", "HTTP/1.1 200 OK\nX-L: " + "x".repeat(12_000) + "\nContent-Length: 1\n\nx"),
            answered("too large headers", "HTTP/1.1 200 OK\nX-L: " + "x".repeat(20_000) + "\nContent-Length: 1\n\nx"),
            answered("a large body", "HTTP/1.1 200 OK\nContent-Length: 900000\n\n" + "0123456789".repeat(90_000)),
            answered(
                    "large chunks",
                    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
                            + ("4e20\n" + "y".repeat(20_000) + "\n").repeat(20) + "0\n\n"),
            answered(
                    "something compressed",
                    "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 5\n\n\u001f\b\u0001ab"),
            answered("headers of one connection", """
                    HTTP/1.1 200 OK
                    Connection: X-Mine
                    X-Mine: 1
                    Keep-Alive: 5
                    Upgrade: h2c
                    Content-Length: 0

                    """),
            answered("the end of the connection", "HTTP/1.1 200 OK\nConnection: close\nContent-Length: 1\n\nx"),
            answered("HTTP/1.0", "HTTP/1.0 200 OK\nContent-Length: 1\n\nx"),
            answered("an id of its own", "HTTP/1.1 200 OK\nX-Request-Id: mine\nContent-Length: 0\n\n"),
            answered("a stream", """
                    HTTP/1.1 200 OK
                    Content-Type: text/event-stream
                    Transfer-Encoding: chunked

                    9
                    data: 1

                    0

                    """),
            new Case("a slow body", request("GET /api/v1/orders/1", "\n"), (_, connection) -> {
                connection.say("HTTP/1.1 200 OK\nContent-Length: 10\n\n");
                for (int i = 0; i < 10; i++) {
                    Thread.sleep(10);
                    connection.say("x");
                }
            }),
            new Case("a slow head", request("GET /api/v1/orders/1", "\n"), (_, connection) -> {
                for (var part : List.of("HTTP/1", ".1 200 OK\nCont", "ent-Length", ": 1\n\n", "x")) {
                    Thread.sleep(10);
                    connection.say(part);
                }
            }));

    /// What goes wrong.
    static final List<Case> FAILED = List.of(
            ended("a body to the end of the connection", "POST /api/v1/orders", "HTTP/1.1 200 OK\n\nall of it"),
            ended("an end before the answer", "POST /api/v1/orders", ""),
            ended("an end in the head", "POST /api/v1/orders", "HTTP/1.1 200 OK\nContent-Le"),
            ended("an end in the body", "POST /api/v1/orders", "HTTP/1.1 200 OK\nContent-Length: 99\n\npart"),
            ended("an end in a chunk", "POST /api/v1/orders", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n9\npart"),
            ended("no last chunk", "POST /api/v1/orders", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n4\npart\n"),
            ended("no HTTP", "POST /api/v1/orders", "what do you want?\n\n"),
            ended("two lengths", "POST /api/v1/orders", "HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\nab"),
            ended("no length", "POST /api/v1/orders", "HTTP/1.1 200 OK\nContent-Length: many\n\nab"),
            new Case(
                    "a reset",
                    request("POST /api/v1/orders", "Content-Length: 2\n\n{}"),
                    (_, connection) -> connection.reset()),
            new Case("a reset in the body", request("GET /api/v1/orders/1", "\n"), (_, connection) -> {
                connection.say("HTTP/1.1 200 OK\nContent-Length: 99\n\npart");
                Thread.sleep(4_000); // or the reset takes the part along
                connection.reset();
            }),
            new Case(
                    "silence",
                    request("GET /api/v1/orders/1", "X-Deadline-Millis: 4000\n\n"),
                    (_, _) -> Thread.sleep(60_000)),
            new Case(
                    "silence in the body",
                    request("GET /api/v1/orders/1", "X-Deadline-Millis: 4000\n\n"),
                    (_, connection) -> {
                        connection.say("HTTP/1.1 200 OK\nContent-Length: 99\n\npart");
                        Thread.sleep(60_000);
                    }));

    /// Where the stock client breaks an answer off, or takes for its own fault what an instance did.
    static final List<Case> BETTER = List.of(
            answered("trailers", "HTTP/1.1 200 OK\nTrailer: X-T\nTransfer-Encoding: chunked\n\n1\nx\n0\nX-T: 1\n\n"),
            ended("a bad chunk", "POST /api/v1/orders", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\npart\n"),
            answered(
                    "a hint before",
                    "HTTP/1.1 103 Early Hints\nLink: </a>\n\nHTTP/1.1 200 OK\nContent-Length: 1\n\nx"));

    private final Backend instance = new Backend("orders-1");
    private RunningGateway lean;
    private RunningGateway stock;

    @BeforeAll
    void start() {
        lean = gateway("lean");
        stock = gateway("stock");
    }

    private RunningGateway gateway(String way) {
        return RunningGateway.with(
                "covenant.gateway.upstream=" + way,
                "covenant.services.orders=" + instance.address(),
                "covenant.gateway.balancing.silence=1h",
                "covenant.gateway.balancing.tries=1");
    }

    @AfterAll
    void stop() {
        instance.close();
        lean.close();
        stock.close();
    }

    /// What came back, and what the instance got.
    record Seen(Said back, List<Said> there) {}

    private Seen seen(RunningGateway gateway, Case each) {
        instance.reset();
        instance.behaving(each.script());
        var back = Said.of(gateway.bytesAfter(each.request().replace("\n", "\r\n")));
        var there = instance.requests.stream()
                .filter(request -> request.line().contains(" HTTP/"))
                .map(Said::by)
                .toList();
        return new Seen(back, there);
    }

    private void same(Case each) {
        var byLean = seen(lean, each);
        var byStock = seen(stock, each);

        assertThat(byLean.back().line()).startsWith("HTTP ");
        assertThat(byLean).isEqualTo(byStock);
    }

    @ParameterizedTest
    @FieldSource("ASKED")
    void asksTheSame(Case each) {
        same(each);
        assertThat(instance.requests).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("ANSWERED")
    void answersTheSame(Case each) {
        same(each);
    }

    @ParameterizedTest
    @FieldSource("FAILED")
    void failsTheSame(Case each) {
        same(each);
    }

    @ParameterizedTest
    @FieldSource("BETTER")
    void doesBetter(Case each) {
        var back = seen(lean, each).back();

        assertThat(back.whole()).isTrue();
        assertThat(back.line()).isEqualTo(each.name().equals("a bad chunk") ? "HTTP 502 Bad Gateway" : "HTTP 200 OK");
        assertThat(back).isNotEqualTo(seen(stock, each).back());
    }
}
