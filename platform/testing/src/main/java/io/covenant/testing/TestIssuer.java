package io.covenant.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.covenant.launcher.node.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// An OpenID Connect issuer for tests: its keys, its tokens, and whatever is wrong with them.
///
/// Its token endpoint gives every client that asks what it asks for. Thread-safe.
public final class TestIssuer implements AutoCloseable {

    /// The audience of tokens for the outside.
    public static final String OUTSIDE = "covenant";

    /// The audience of tokens for services.
    public static final String SERVICES = "covenant-services";

    private static final class Shared {
        static final TestIssuer ISSUER = new TestIssuer();
    }

    private final HttpServer server;
    private final RSAKey key = newKey();
    private final AtomicInteger keysFetched = new AtomicInteger();
    private final AtomicInteger tokensGiven = new AtomicInteger();

    /// How long the tokens of the token endpoint are good.
    private volatile Duration life = Duration.ofMinutes(15);

    public TestIssuer() {
        this(0);
    }

    /// @param port 0 for any that no connection can have taken when another issuer listens there
    public TestIssuer(int port) {
        try {
            server = port == 0 ? listeningSomewhere() : listeningAt(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/.well-known/openid-configuration", exchange -> answer(exchange, configuration()));
        server.createContext("/keys", exchange -> {
            keysFetched.incrementAndGet();
            answer(exchange, new JWKSet(key.toPublicJWK()).toString());
        });
        server.createContext("/token", this::give);
        server.start();
    }

    private static HttpServer listeningSomewhere() throws IOException {
        while (true) {
            try {
                return listeningAt(FreePorts.one());
            } catch (BindException _) {
                // somebody was faster: another one
            }
        }
    }

    private static HttpServer listeningAt(int port) throws IOException {
        return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    }

    /// The one that all tests of a run share; it is never closed.
    public static TestIssuer shared() {
        return Shared.ISSUER;
    }

    public static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// What everybody may know of the key.
    public RSAKey publicKey() {
        return key.toPublicJWK();
    }

    /// How often somebody asked for the keys.
    public int keysFetched() {
        return keysFetched.get();
    }

    /// How many tokens the token endpoint has given.
    public int tokensGiven() {
        return tokensGiven.get();
    }

    /// Has the token endpoint give tokens of another life.
    public void giveFor(Duration other) {
        life = other;
    }

    /// A good token for the outside, with these scopes.
    public String token(String... scopes) {
        return token(claims -> claims.claim("scope", String.join(" ", scopes)));
    }

    /// A good token of a service, with these scopes.
    public String serviceToken(String... scopes) {
        return token(claims -> claims.audience(SERVICES).subject("service").claim("scope", String.join(" ", scopes)));
    }

    /// A token of which something is different.
    public String token(UnaryOperator<JWTClaimsSet.Builder> different) {
        return sign(different.apply(claims()).build(), key, JWSAlgorithm.RS256);
    }

    /// The claims of a good token without scopes.
    public JWTClaimsSet.Builder claims() {
        var now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(uri().toString())
                .audience(OUTSIDE)
                .subject("tester")
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(Duration.ofMinutes(10))));
    }

    /// These claims, signed with any key.
    public static String sign(JWTClaimsSet claims, RSAKey key, JWSAlgorithm algorithm) {
        try {
            var header = new JWSHeader.Builder(algorithm)
                    .keyID(key.getKeyID())
                    .type(JOSEObjectType.JWT)
                    .build();
            var token = new SignedJWT(header, claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void give(HttpExchange exchange) throws IOException {
        var form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null || !authorization.startsWith("Basic ") || !form.contains("client_credentials")) {
            answer(exchange, 401, "{\"error\":\"invalid_client\"}");
            return;
        }
        tokensGiven.incrementAndGet();
        var end = Date.from(Instant.now().plus(life));
        answer(exchange, """
                {"access_token":"%s","token_type":"Bearer","expires_in":%d}""".formatted(
                        token(claims -> claims.audience(SERVICES)
                                .subject("service")
                                .claim("scope", scopes(form))
                                .expirationTime(end)),
                        life.toSeconds()));
    }

    private static String scopes(String form) {
        return Arrays.stream(URLDecoder.decode(form, StandardCharsets.UTF_8).split("&", -1))
                .filter(field -> field.startsWith("scope="))
                .map(field -> field.substring("scope=".length()))
                .findFirst()
                .orElse("");
    }

    private String configuration() {
        return """
                {"issuer":"%1$s","jwks_uri":"%1$s/keys","token_endpoint":"%1$s/token"}""".formatted(uri());
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        answer(exchange, 200, json);
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /// Stops answering.
    @Override
    public void close() {
        server.stop(0);
    }
}
