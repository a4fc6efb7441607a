package io.covenant.locks.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.identity.Identities;
import io.covenant.launcher.identity.Identities.Identity;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/// The service and its client, who know each other by their certificates.
@Timeout(120)
class LockTlsTests {

    @TempDir
    private Path directory;

    private Identity identity(String authority, String name) {
        return new Identities(directory.resolve(authority), List.of("localhost", "client"), InstantSource.system())
                .of(name);
    }

    private static SSLContext contextOf(Identity identity) {
        return SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate("file:" + identity.certificate())
                                .withPrivateKey("file:" + identity.key()),
                        PemSslStoreDetails.forCertificate("file:" + identity.authority())))
                .createSslContext();
    }

    @Test
    void servesClientsThatItKnowsAndNobodyElse() throws Exception {
        var own = identity("ours", "localhost");
        var settings = Map.of(
                "server.ssl.bundle", "ours",
                "server.ssl.client-auth", "need",
                "spring.ssl.bundle.pem.ours.keystore.certificate", "file:" + own.certificate(),
                "spring.ssl.bundle.pem.ours.keystore.private-key", "file:" + own.key(),
                "spring.ssl.bundle.pem.ours.truststore.certificate", "file:" + own.authority());
        try (var node = new SingleNode(directory.resolve("data"), settings)) {
            var address = URI.create("https://localhost:" + node.port());
            var known = contextOf(identity("ours", "client"));
            var unknown = contextOf(identity("theirs", "client"));
            try (var client = LockClient.builder(List.of(address))
                            .tls(() -> known)
                            .build();
                    var stranger = LockClient.builder(List.of(address))
                            .tls(() -> unknown)
                            .patience(Duration.ofSeconds(2))
                            .build()) {
                var lock = client.acquire("customers/42");
                client.files().create("/here", "yes".getBytes(StandardCharsets.UTF_8));

                assertThat(client.verify(lock.sequencer())).isTrue();
                assertThat(client.files().read("/here").orElseThrow().text()).isEqualTo("yes");
                lock.release();
                assertThatExceptionOfType(LockException.class).isThrownBy(() -> stranger.tryAcquire("customers/42"));
            }
        }
    }
}
