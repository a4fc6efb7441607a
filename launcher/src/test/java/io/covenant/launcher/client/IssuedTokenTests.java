package io.covenant.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IssuedTokenTests {

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer issuer;
    private int status = 200;
    private String answer = "{\"access_token\":\"abc\",\"expires_in\":3600}";

    @BeforeEach
    void start() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/oauth2/token", exchange -> {
            asked.add(exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        issuer.start();
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
    }

    private IssuedToken token(String role, Optional<String> customer) {
        return new IssuedToken(
                URI.create("http://127.0.0.1:" + issuer.getAddress().getPort()), role, "s3cret", customer);
    }

    @Test
    void isAskedForOnceAndShown() throws Exception {
        var token = token("clerk", Optional.empty());

        assertThat(token.authorization()).isEqualTo("Bearer abc");
        assertThat(token.authorization()).isEqualTo("Bearer abc");
        assertThat(asked).containsExactly("Basic Y2xlcms6czNjcmV0 grant_type=client_credentials");
    }

    @Test
    void namesTheCustomerOfAShopper() throws Exception {
        assertThat(token("shopper", Optional.of("a&b")).token()).isEqualTo("abc");

        assertThat(asked).singleElement().asString().endsWith(" grant_type=client_credentials&customer=a%26b");
    }

    @Test
    void isAskedForAgainBeforeItEnds() throws Exception {
        answer = "{\"access_token\":\"abc\",\"expires_in\":20}";
        var token = token("clerk", Optional.empty());

        token.token();
        token.token();

        assertThat(asked).hasSize(2);
    }

    @Test
    void saysWhyThereIsNone() {
        status = 400;
        answer = "{\"error\":\"invalid_request\",\"error_description\":\"say which customer\"}";

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> token("shopper", Optional.empty()).token())
                .withMessage("the issuer gives no token to shopper: say which customer");
    }
}
