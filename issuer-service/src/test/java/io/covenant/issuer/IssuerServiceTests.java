package io.covenant.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class IssuerServiceTests {

    private static final String URI_IN_TOKENS = "http://127.0.0.1:8091";

    @TempDir
    private static Path directory;

    private static ConfigurableApplicationContext application;
    private static HttpClient http;
    private static final JsonMapper JSON = new JsonMapper();

    @BeforeAll
    static void start() {
        application = run(directory.resolve("keys/signing-key.json"));
        http = HttpClient.newHttpClient();
    }

    private static ConfigurableApplicationContext run(Path key, String... more) {
        var arguments = new java.util.ArrayList<>(java.util.List.of(
                "--server.port=0",
                "--covenant.issuer.key=" + key,
                "--covenant.issuer.secrets.shopper=shopper-secret",
                "--covenant.issuer.secrets.operator=operator-secret",
                "--covenant.issuer.secrets.orders=orders-secret"));
        arguments.addAll(java.util.List.of(more));
        return IssuerServiceApplication.application().run(arguments.toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        http.close();
        application.close();
    }

    private static URI at(ConfigurableApplicationContext running, String path) {
        var server = ((ServletWebServerApplicationContext) running).getWebServer();
        return URI.create("http://127.0.0.1:" + (server == null ? 0 : server.getPort()) + path);
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(at(application, path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> ask(String account, String secret, String form) throws Exception {
        var basic = Base64.getEncoder().encodeToString((account + ":" + secret).getBytes(StandardCharsets.UTF_8));
        return http.send(
                HttpRequest.newBuilder(at(application, "/oauth2/token"))
                        .header("Authorization", "Basic " + basic)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JWTClaimsSet token(String account, String form) throws Exception {
        var answer = ask(account, account + "-secret", form);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var token = SignedJWT.parse(json(answer).path("access_token").asString());
        var keys = JWKSet.parse(get("/oauth2/jwks").body());
        var key = keys.getKeyByKeyId(token.getHeader().getKeyID());
        assertThat(token.verify(new RSASSAVerifier(key.toRSAKey()))).isTrue();
        return token.getJWTClaimsSet();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    @Test
    void givesAServiceATokenForServices() throws Exception {
        var token = token("orders", "grant_type=client_credentials");

        assertThat(token.getIssuer()).isEqualTo(URI_IN_TOKENS);
        assertThat(token.getSubject()).isEqualTo("orders");
        assertThat(token.getAudience()).containsExactly("covenant-services");
        assertThat(token.getStringClaim("scope")).isEqualTo("locks:use stock:read transactions:read transactions:run");
        assertThat(Duration.between(
                        token.getIssueTime().toInstant(),
                        token.getExpirationTime().toInstant()))
                .isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void givesAShopperATokenAboutOneCustomer() throws Exception {
        var token = token("shopper", "grant_type=client_credentials&customer=alice");

        assertThat(token.getSubject()).isEqualTo("alice");
        assertThat(token.getStringClaim("customer")).isEqualTo("alice");
        assertThat(token.getAudience()).containsExactly("covenant");
        assertThat(token.getStringClaim("scope")).isEqualTo("orders:read orders:write stock:read");
    }

    @Test
    void givesNoMoreThanWasAskedFor() throws Exception {
        var token = token("operator", "grant_type=client_credentials&scope=transactions:read");

        assertThat(token.getStringClaim("scope")).isEqualTo("transactions:read");
    }

    @Test
    void tellsWhereItsKeysAndTokensAre() throws Exception {
        var configuration = json(get("/.well-known/openid-configuration"));

        assertThat(configuration.path("issuer").asString()).isEqualTo(URI_IN_TOKENS);
        assertThat(configuration.path("jwks_uri").asString()).isEqualTo(URI_IN_TOKENS + "/oauth2/jwks");
        assertThat(configuration.path("token_endpoint").asString()).isEqualTo(URI_IN_TOKENS + "/oauth2/token");
    }

    @Test
    void tellsThePublicHalfOfItsKeyOnly() throws Exception {
        var keys = JWKSet.parse(get("/oauth2/jwks").body());

        assertThat(keys.getKeys()).hasSize(1).noneMatch(com.nimbusds.jose.jwk.JWK::isPrivate);
    }

    @Test
    void keepsItsKeyOverARestart() throws Exception {
        var file = directory.resolve("keys/signing-key.json");
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                        java.nio.file.Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var before = JWKSet.parse(get("/oauth2/jwks").body());

        try (var again = run(file)) {
            var answer = http.send(
                    HttpRequest.newBuilder(at(again, "/oauth2/jwks")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(JWKSet.parse(answer.body()).getKeys()).isEqualTo(before.getKeys());
        }
    }

    @Test
    void refusesAShopperWithoutACustomer() throws Exception {
        var answer = ask("shopper", "shopper-secret", "grant_type=client_credentials");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").asString()).isEqualTo("invalid_request");
        assertThat(json(answer).path("error_description").asString()).contains("customer=<id>");
    }

    @Test
    void refusesACustomerInAnOperatorsToken() throws Exception {
        assertThat(ask("operator", "operator-secret", "grant_type=client_credentials&customer=alice")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void refusesAScopeThatTheAccountDoesNotHave() throws Exception {
        var answer = ask("orders", "orders-secret", "grant_type=client_credentials&scope=transactions:operate");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").asString()).isEqualTo("invalid_scope");
    }

    @Test
    void refusesAWrongSecretAndAnUnknownAccountAlike() throws Exception {
        var wrong = ask("orders", "guess", "grant_type=client_credentials");
        var unknown = ask("nobody", "guess", "grant_type=client_credentials");
        var withoutSecret = ask("clerk", "guess", "grant_type=client_credentials");

        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(withoutSecret.statusCode()).isEqualTo(401);
        assertThat(unknown.body()).isEqualTo(wrong.body());
    }

    @Test
    void answersNothingElse() throws Exception {
        assertThat(get("/oauth2/authorize").statusCode()).isNotEqualTo(200);
        assertThat(get("/userinfo").statusCode()).isNotEqualTo(200);
        assertThat(get("/actuator/env").statusCode()).isIn(401, 403);
        assertThat(get("/actuator/health").statusCode()).isIn(401, 403);
    }

    @Test
    void showsHealthAndMetricsWhereItIsWatchedAndIssuesNothingThere() throws Exception {
        assertThat(watch("GET", "/actuator/health/readiness")).isEqualTo(200);
        assertThat(watch("GET", "/actuator/prometheus")).isEqualTo(200);
        for (var path : new String[] {
            "/actuator/info", "/actuator/env", "/oauth2/jwks", "/.well-known/openid-configuration", "/userinfo"
        }) {
            assertThat(watch("GET", path)).as(path).isIn(401, 403);
        }
        assertThat(watch("POST", "/oauth2/token?grant_type=client_credentials")).isIn(401, 403);
    }

    /// With the account of orders, at the management port.
    private static int watch(String method, String path) throws Exception {
        var port = application.getEnvironment().getRequiredProperty("local.management.port");
        var account = Base64.getEncoder().encodeToString("orders:orders-secret".getBytes(StandardCharsets.UTF_8));
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s%s".formatted(port, path)))
                                .header("Authorization", "Basic " + account)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .method(method, HttpRequest.BodyPublishers.ofString("grant_type=client_credentials"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void refusesToRunInProduction() {
        assertThatThrownBy(() -> run(directory.resolve("other.json"), "--spring.profiles.active=production"))
                .isInstanceOf(NotForProductionException.class);
    }

    @Test
    void refusesToStartWithoutAnySecret() {
        assertThatThrownBy(() -> IssuerServiceApplication.application()
                        .run("--server.port=0", "--covenant.issuer.key=" + directory.resolve("other.json")))
                .hasStackTraceContaining("secrets");
    }
}
