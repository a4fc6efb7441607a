package io.covenant.security.token;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/// What an issuer says about itself, asked once and as late as possible: a service starts without it.
///
/// Thread-safe.
public final class Issuer {

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final URI uri;
    private final RestClient http;
    private volatile @Nullable Metadata metadata;

    /// The part of the document that is of interest here.
    public record Metadata(
            URI issuer,
            @JsonProperty("jwks_uri") URI jwksUri,
            @JsonProperty("token_endpoint") URI tokenEndpoint) {}

    public Issuer(URI uri) {
        this.uri = uri;
        var requests = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(PATIENCE).build());
        requests.setReadTimeout(PATIENCE);
        this.http = RestClient.builder().requestFactory(requests).build();
    }

    public URI uri() {
        return uri;
    }

    /// For whatever else is asked of it, with the same time limits.
    RestClient http() {
        return http;
    }

    /// Where its keys and tokens are.
    ///
    /// @throws IssuerUnreachableException if it does not say, or says that it is another
    public Metadata metadata() {
        var known = metadata;
        if (known == null) {
            known = fetch();
            metadata = known;
        }
        return known;
    }

    private Metadata fetch() {
        try {
            var found = http.get()
                    .uri(URI.create(withoutSlash(uri) + "/.well-known/openid-configuration"))
                    .retrieve()
                    .body(Metadata.class);
            if (found == null || found.jwksUri() == null || found.tokenEndpoint() == null) {
                throw new IllegalStateException("its configuration names no keys or no token endpoint");
            }
            if (!uri.equals(found.issuer())) {
                throw new IllegalStateException("it calls itself " + found.issuer());
            }
            return found;
        } catch (RestClientException | IllegalStateException e) {
            throw new IssuerUnreachableException(uri, e);
        }
    }

    private static String withoutSlash(URI uri) {
        var text = uri.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
