package io.covenant.launcher.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.covenant.launcher.identity.Identities.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentitiesTests {

    private static final List<String> NODES = List.of("lock-1", "lock-2");

    @TempDir
    Path directory;

    @Test
    void letNodesOfOnePlatformBelieveEachOther() throws Exception {
        Identities identities = identities("tls");

        X509Certificate seen = greeted(identities.of("lock-1"), identities.of("lock-2"));

        assertThat(seen.getSubjectAlternativeNames()).containsExactly(List.of(2, "lock-2"));
        assertThat(seen.getSubjectX500Principal().getName()).isEqualTo("CN=lock-2");
    }

    @Test
    void areBelievedByNobodyElse() {
        Identity here = identities("tls").of("lock-1");
        Identity there = identities("another/tls").of("lock-2");

        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> greeted(here, there));
    }

    @Test
    void signNoFurtherCertificates() throws Exception {
        Identity identity = identities("tls").of("lock-1");
        var authority = certificate(identity.authority());
        var node = certificate(identity.certificate());

        assertThat(authority.getBasicConstraints()).isZero();
        assertThat(node.getBasicConstraints()).isEqualTo(-1);
        assertThat(node.getKeyUsage()).startsWith(true).doesNotContain(true, org.assertj.core.data.Index.atIndex(5));
        try (Stream<Path> files = Files.list(directory.resolve("tls"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("authority.crt", "lock-1.crt", "lock-1.key", "lock-2.crt", "lock-2.key");
        }
    }

    @Test
    void areForTheirOwnerOnly() throws IOException {
        identities("tls").of("lock-1");

        assertThat(permissions(directory.resolve("tls"))).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory.resolve("tls"))) {
            assertThat(files.map(IdentitiesTests::permissions)).containsOnly("rw-------");
        }
    }

    @Test
    void stayUntilSomebodyDeletesThem() throws IOException {
        Identities identities = identities("tls");
        String generation = identities.generation();
        Path key = identities.of("lock-1").key();
        String before = Files.readString(key);

        assertThat(identities("tls").generation()).isEqualTo(generation);
        assertThat(Files.readString(identities("tls").of("lock-1").key())).isEqualTo(before);
        assertThat(identities("another").generation()).isNotEqualTo(generation);
    }

    @Test
    void areMadeOnceWhenManyAskAtTheSameTime() throws IOException {
        var asked = Stream.generate(() ->
                        CompletableFuture.supplyAsync(() -> identities("tls").generation()))
                .limit(8)
                .toList();

        assertThat(asked.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(directory.resolve("tls"));
        }
    }

    @Test
    void lastLongerThanThePlatform() throws Exception {
        for (Instant made : List.of(Instant.parse("2026-01-31T23:59:59Z"), Instant.parse("2049-06-01T00:00:00Z"))) {
            Authority authority = Authority.named("test", made);

            authority.certificate().checkValidity(Date.from(made.minus(Duration.ofHours(1))));
            authority.issue("lock-1").certificate().checkValidity(Date.from(made.plus(Duration.ofDays(19 * 365L))));
        }
    }

    @Test
    void refuseANodeThatThereIsNot() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> identities("tls").of("lock-9"))
                .withMessage("lock-9 has no identity");
    }

    private Identities identities(String place) {
        return new Identities(directory.resolve(place), NODES, InstantSource.system());
    }

    /// Connects a node with another one and returns whom the server has seen; both insist on a certificate.
    private static X509Certificate greeted(Identity server, Identity client) throws Exception {
        try (var listening = (SSLServerSocket)
                context(server).getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setNeedClientAuth(true);
            var caller = CompletableFuture.runAsync(() -> call(client, listening.getLocalPort()));
            try (var accepted = (SSLSocket) listening.accept()) {
                accepted.setSoTimeout(60_000);
                assertThat(accepted.getInputStream().read()).isEqualTo('!');
                caller.join();
                return (X509Certificate) accepted.getSession().getPeerCertificates()[0];
            }
        }
    }

    private static void call(Identity client, int port) {
        try (var socket =
                (SSLSocket) context(client).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write('!');
        } catch (IOException _) {
            // The other side tells why.
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(Identity identity) throws Exception {
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "own", key(identity.key()), new char[0], new Certificate[] {certificate(identity.certificate())});
        keys.setCertificateEntry("authority", certificate(identity.authority()));
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, new char[0]);
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", certificate(identity.authority()));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLSv1.3");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static X509Certificate certificate(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey key(Path file) throws Exception {
        String body = Files.readString(file).replaceAll("-----.*-----", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body)));
    }

    private static String permissions(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
