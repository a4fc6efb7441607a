package io.covenant.gateway.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/// The API server of Kubernetes, over TLS checked by the cluster's own authority.
final class ApiServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_REASON = 300;

    private final KubernetesProperties properties;
    private final HttpClient client;

    ApiServer(KubernetesProperties properties) {
        this.properties = properties;
        var builder = HttpClient.newBuilder().connectTimeout(PATIENCE).version(HttpClient.Version.HTTP_1_1);
        if ("https".equals(properties.server().getScheme())) {
            var authority = PemSslStoreDetails.forCertificate(
                    properties.authority().toUri().toString());
            builder.sslContext(
                    SslBundle.of(new PemSslStoreBundle(null, authority)).createSslContext());
        }
        this.client = builder.build();
    }

    /// The API server said no.
    static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1;

        private final int status;

        RefusedException(int status, String reason) {
            super(reason);
            this.status = status;
        }

        /// Whether what it was asked to go on from is too old.
        boolean isGone() {
            return status == 410;
        }
    }

    /// Asks for a path with its query; the answer may go on for long.
    InputStream get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(properties.server() + path))
                .header("Authorization", "Bearer " + properties.token())
                .header("Accept", "application/json")
                .timeout(PATIENCE)
                .build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (var body = response.body()) {
            var said = new String(body.readNBytes(LONGEST_REASON), StandardCharsets.UTF_8);
            throw new RefusedException(response.statusCode(), reason(response.statusCode(), said));
        }
    }

    private static String reason(int status, String said) {
        return switch (status) {
            case 401 -> "401: the token of the service account is not accepted: " + said;
            case 403 ->
                "403: the service account needs a role that may get, list and watch endpointslices of discovery.k8s.io: "
                        + said;
            default -> status + ": " + said;
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
