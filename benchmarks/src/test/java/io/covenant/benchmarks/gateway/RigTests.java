package io.covenant.benchmarks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import io.covenant.benchmarks.http.Pace;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RigTests {

    @TempDir
    Path directory;

    @Test
    void bothBackendsAnswerTheRequest() throws Exception {
        try (Rig rig = Rig.start()) {
            assertThat(rig.backends()).hasSize(2).doesNotHaveDuplicates();
            for (int port : rig.backends()) {
                try (var load = rig.connect(port, 2)) {
                    assertThat(load.run(new Pace.Open(100, Duration.ofMillis(100)))
                                    .good())
                            .isEqualTo(10);
                }
            }
        }
    }

    @Test
    void theTokenIsSignedByThePublishedKey() throws Exception {
        try (Issuer issuer = Issuer.start()) {
            var keys = JWKSet.load(URI.create(issuer.uri() + "/keys").toURL());
            var token = SignedJWT.parse(issuer.token());
            var key = keys.getKeyByKeyId(token.getHeader().getKeyID()).toRSAKey();

            assertThat(token.verify(new RSASSAVerifier(key))).isTrue();
            assertThat(token.getJWTClaimsSet().getIssuer()).isEqualTo(issuer.uri());
        }
    }

    @Test
    void coresAreSharedWhereNothingKeepsProcessesToThem() {
        assertThat(Cores.here(directory.toString()).pinned()).isFalse();
        assertThat(new Cores(false).proxy(List.of("nginx"))).containsExactly("nginx");
        assertThat(new Cores(true).proxy(List.of("nginx"))).containsExactly("taskset", "-c", "0", "nginx");
    }
}
