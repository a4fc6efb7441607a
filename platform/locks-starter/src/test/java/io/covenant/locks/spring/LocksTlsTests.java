package io.covenant.locks.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.identity.Identities;
import io.covenant.launcher.identity.Identities.Identity;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/// A node that takes its clients by their certificates only: real handshakes.
@Timeout(60)
class LocksTlsTests {

    @TempDir
    private static Path directory;

    private final OneLockNode node = new OneLockNode(LocksTlsTests::shakingHands);

    @AfterEach
    void closeNode() {
        node.close();
    }

    private static Identity identity(String authority, String name) {
        return new Identities(directory.resolve(authority), List.of("localhost", "application"), InstantSource.system())
                .of(name);
    }

    private static SslBundle bundle(Identity identity) {
        return SslBundle.of(new PemSslStoreBundle(
                PemSslStoreDetails.forCertificate("file:" + identity.certificate())
                        .withPrivateKey("file:" + identity.key()),
                PemSslStoreDetails.forCertificate("file:" + identity.authority())));
    }

    private static Socket shakingHands(Socket accepted) throws IOException {
        var socket = (SSLSocket) bundle(identity("ours", "localhost"))
                .createSslContext()
                .getSocketFactory()
                .createSocket(accepted, null, accepted.getPort(), true);
        socket.setUseClientMode(false);
        socket.setNeedClientAuth(true);
        return socket;
    }

    private ApplicationContextRunner application(Identity identity, String host) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, LocksAutoConfiguration.class))
                .withPropertyValues(
                        "covenant.services.locks=https://%s:%d".formatted(host, node.server.port()),
                        "covenant.client.ssl-bundle=ours",
                        "covenant.locks.client.ttl=12s",
                        "covenant.locks.client.patience=10s",
                        "covenant.locks.client.grace=20s",
                        "covenant.locks.client.eager=false",
                        "spring.ssl.bundle.pem.ours.keystore.certificate=file:" + identity.certificate(),
                        "spring.ssl.bundle.pem.ours.keystore.private-key=file:" + identity.key(),
                        "spring.ssl.bundle.pem.ours.truststore.certificate=file:" + identity.authority());
    }

    @Test
    void takesLocksOfANodeThatKnowsItsClients() {
        application(identity("ours", "application"), "localhost").run(context -> {
            var lock = context.getBean(LockClient.class).acquire("customers/42");

            assertThat(lock.token()).isPositive();
            lock.release();
            assertThat(node.server.requests).anyMatch(request -> request.path().endsWith("/lock-requests"));
        });
    }

    @Test
    void asksNoNodeOfAnotherNameOrAuthority() {
        application(identity("ours", "application"), "127.0.0.1")
                .withPropertyValues("covenant.locks.client.patience=2s")
                .run(context -> isRefused(context.getBean(LockClient.class)));
        application(identity("theirs", "application"), "localhost")
                .withPropertyValues("covenant.locks.client.patience=2s")
                .run(context -> isRefused(context.getBean(LockClient.class)));
        assertThat(node.server.requests).isEmpty();
    }

    private static void isRefused(LockClient client) {
        assertThatExceptionOfType(LockException.class).isThrownBy(() -> client.tryAcquire("customers/42"));
    }

    @Test
    void asksByOtherCertificatesOnceTheBundleIsReloaded() {
        application(identity("ours", "application"), "localhost").run(context -> {
            var client = context.getBean(LockClient.class);
            client.acquire("customers/42").release();

            context.getBean(DefaultSslBundleRegistry.class)
                    .updateBundle("ours", bundle(identity("theirs", "application")));
            isRefused(client);

            context.getBean(DefaultSslBundleRegistry.class)
                    .updateBundle("ours", bundle(identity("ours", "application")));
            assertThat(client.acquire("customers/43").token()).isPositive();
        });
    }
}
