package io.covenant.launcher.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// An access token of the development issuer, asked for when it is first needed and again before it ends.
///
/// Thread-safe.
public final class IssuedToken implements Credentials {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// A token that ends so soon is not shown any more.
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final URI issuer;
    private final String role;
    private final String secret;
    private final Optional<String> customer;
    private @Nullable String token;
    private long endsAt;

    /// @param issuer   where the issuer is
    /// @param role     whose token
    /// @param customer whom a shopper's token is about
    public IssuedToken(URI issuer, String role, String secret, Optional<String> customer) {
        this.issuer = issuer;
        this.role = role;
        this.secret = secret;
        this.customer = customer;
    }

    @Override
    public String authorization() throws IOException, InterruptedException {
        return "Bearer " + token();
    }

    /// The token itself.
    ///
    /// @throws IOException if the issuer does not answer, or refuses
    public synchronized String token() throws IOException, InterruptedException {
        String known = token;
        if (known == null || System.nanoTime() - endsAt >= 0) {
            long asked = System.nanoTime();
            JsonNode answer = ask();
            known = answer.path("access_token").asString("");
            token = known;
            endsAt = asked
                    + Duration.ofSeconds(answer.path("expires_in").asLong())
                            .minus(MARGIN)
                            .toNanos();
        }
        return known;
    }

    private JsonNode ask() throws IOException, InterruptedException {
        String form = "grant_type=client_credentials"
                + customer.map(id -> "&customer=" + URLEncoder.encode(id, StandardCharsets.UTF_8))
                        .orElse("");
        var account = Base64.getEncoder().encodeToString((role + ":" + secret).getBytes(StandardCharsets.UTF_8));
        try (var http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var answer = http.send(
                    HttpRequest.newBuilder(issuer.resolve("/oauth2/token"))
                            .timeout(PATIENCE)
                            .header("Authorization", "Basic " + account)
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(BodyPublishers.ofString(form))
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("the issuer gives no token to %s: %s".formatted(role, reason(answer.body())));
            }
            return Gateway.JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw new IOException("the issuer's answer is no JSON", e);
        }
    }

    private static String reason(String body) {
        try {
            JsonNode error = Gateway.JSON.readTree(body);
            return error.path("error_description").asString(error.path("error").asString(body));
        } catch (JacksonException _) {
            return body;
        }
    }
}
