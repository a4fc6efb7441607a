package io.covenant.benchmarks.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/// The least that is an OpenID Connect issuer: its keys, and tokens as the platform's issuer gives them to shoppers.
final class Issuer implements AutoCloseable {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String KEY = "benchmark";
    private static final Duration LIFE = Duration.ofHours(12);

    private final HttpServer server;
    private final KeyPair keys;

    private Issuer(HttpServer server, KeyPair keys) {
        this.server = server;
        this.keys = keys;
        answer("/.well-known/openid-configuration", """
                {"issuer":"%1$s","jwks_uri":"%1$s/keys","token_endpoint":"%1$s/token"}""".formatted(uri()));
        answer("/keys", publicKeys());
    }

    static Issuer start() throws IOException, GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var issuer = new Issuer(server, generator.generateKeyPair());
        server.start();
        return issuer;
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// For a shopper, and for longer than any measurement takes.
    String token() throws GeneralSecurityException {
        Instant now = Instant.now();
        String head = """
                {"alg":"RS256","typ":"JWT","kid":"%s"}""".formatted(KEY);
        String claims = """
                {"iss":"%s","aud":"covenant","sub":"alice","jti":"1","iat":%d,"nbf":%d,"exp":%d,\
                "scope":"orders:read orders:write stock:read customers:read transactions:read"}""".formatted(
                        uri(),
                        now.getEpochSecond(),
                        now.getEpochSecond(),
                        now.plus(LIFE).getEpochSecond());
        String signed =
                encoded(head.getBytes(StandardCharsets.UTF_8)) + "." + encoded(claims.getBytes(StandardCharsets.UTF_8));
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + encoded(signature.sign());
    }

    private String publicKeys() {
        var key = (RSAPublicKey) keys.getPublic();
        return """
                {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"%s","n":"%s","e":"%s"}]}""".formatted(KEY, encoded(key.getModulus()), encoded(key.getPublicExponent()));
    }

    private static String encoded(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int sign = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        return encoded(Arrays.copyOfRange(bytes, sign, bytes.length));
    }

    private static String encoded(byte[] bytes) {
        return BASE64.encodeToString(bytes);
    }

    private void answer(String path, String json) {
        server.createContext(path, exchange -> answer(exchange, json.getBytes(StandardCharsets.UTF_8)));
    }

    private static void answer(HttpExchange exchange, byte[] json) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, json.length);
        try (var out = exchange.getResponseBody()) {
            out.write(json);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
