package io.covenant.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.covenant.gateway.RunningGateway;
import io.covenant.launcher.identity.Identities;
import io.covenant.launcher.identity.Identities.Identity;
import io.covenant.testing.ScriptedServer;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/// Instances that take their callers by their certificates only, and gateways that call them: real handshakes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@SuppressWarnings("NullAway.Init")
class UpstreamTlsTests {

    private static final String ORDERS = "/api/v1/orders";

    @TempDir
    private static Path directory;

    private final List<RunningGateway> gateways = new ArrayList<>();
    private final ScriptedServer orders = new ScriptedServer(
            socket -> shakingHands(socket, bundle(ours().of("orders.internal"), ours().of("orders.internal"))),
            (_, connection) -> connection.answer("{}"));

    private static Identities ours() {
        return identities("ours");
    }

    private static Identities identities(String authority) {
        return new Identities(
                directory.resolve(authority),
                List.of("orders.internal", "gateway", "localhost"),
                InstantSource.system());
    }

    /// @param shown nothing for who shows nothing
    private static SslBundle bundle(Identity believed, @Nullable Identity shown) {
        var keys = shown == null
                ? null
                : PemSslStoreDetails.forCertificate("file:" + shown.certificate())
                        .withPrivateKey("file:" + shown.key());
        return SslBundle.of(
                new PemSslStoreBundle(keys, PemSslStoreDetails.forCertificate("file:" + believed.authority())));
    }

    private static SSLSocket shakingHands(Socket accepted, SslBundle bundle) throws IOException {
        var socket = (SSLSocket)
                bundle.createSslContext().getSocketFactory().createSocket(accepted, null, accepted.getPort(), true);
        socket.setUseClientMode(false);
        socket.setNeedClientAuth(true);
        return socket;
    }

    /// A gateway that believes this authority and shows this certificate, and whose instance of `orders` is at this
    /// address.
    private RunningGateway gateway(String address, Identity believed, @Nullable Identity shown, String... more) {
        var settings = Stream.of(
                "covenant.services.orders=" + address,
                "covenant.client.ssl-bundle=ours",
                "covenant.gateway.handshake-timeout=20s",
                "covenant.gateway.timeout=30s",
                "covenant.gateway.balancing.write-wait=0s",
                "covenant.gateway.balancing.read-wait=0s",
                "spring.ssl.bundle.pem.ours.truststore.certificate=file:" + believed.authority());
        var keys = shown == null
                ? Stream.<String>of()
                : Stream.of(
                        "spring.ssl.bundle.pem.ours.keystore.certificate=file:" + shown.certificate(),
                        "spring.ssl.bundle.pem.ours.keystore.private-key=file:" + shown.key());
        return running(
                Stream.of(settings, keys, Stream.of(more)).flatMap(each -> each).toArray(String[]::new));
    }

    private RunningGateway running(String... settings) {
        var gateway = RunningGateway.with(settings);
        gateways.add(gateway);
        return gateway;
    }

    private String named() {
        return "https://orders.internal@127.0.0.1:" + orders.port();
    }

    @BeforeEach
    void begin() {
        orders.follow((_, connection) -> connection.answer("{}"));
        orders.requests.clear();
        orders.connections.set(0);
    }

    @AfterAll
    void stop() {
        gateways.forEach(RunningGateway::close);
        orders.close();
    }

    @Test
    void asksAnInstanceThatKnowsItsCallersAndUsesTheConnectionAgain() {
        var gateway = gateway(named(), ours().of("gateway"), ours().of("gateway"), "covenant.gateway.max-idle=1m");

        assertThat(gateway.get(ORDERS).status()).isEqualTo(200);
        assertThat(gateway.post(ORDERS, "x".repeat(100_000)).status()).isEqualTo(200);

        assertThat(orders.requests).hasSize(2);
        assertThat(orders.requests.getLast().body()).hasSize(100_000);
        assertThat(orders.requests.getFirst().header("Host")).isEqualTo("orders.internal:" + orders.port());
        assertThat(orders.connections).hasValueBetween(1, 2); // one for each event loop at most
    }

    @Test
    void readsAnAnswerOfManyRecords() {
        var gateway = gateway(named(), ours().of("gateway"), ours().of("gateway"));
        orders.follow((_, connection) -> connection.answer("y".repeat(1_000_000)));

        assertThat(gateway.get(ORDERS).text()).hasSize(1_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lean", "stock"})
    void bothClientsCheckTheNameOfTheHost(String way) {
        var identity = ours().of("gateway");
        try (var local = new ScriptedServer(
                socket -> shakingHands(socket, bundle(identity, ours().of("localhost"))),
                (_, connection) -> connection.answer("{}"))) {
            var known = gateway(
                    "https://localhost:" + local.port(), identity, identity, "covenant.gateway.upstream=" + way);
            assertThat(known.get(ORDERS).status()).isEqualTo(200);

            var other = gateway(
                    "https://127.0.0.1:" + local.port(), identity, identity, "covenant.gateway.upstream=" + way);
            assertThat(other.get(ORDERS).status()).isIn(502, 503);
            assertThat(local.requests).hasSize(1);
        }
    }

    @Test
    void sendsNothingToAnInstanceOfAnotherName() {
        var gateway = gateway(
                "https://inventory.internal@127.0.0.1:" + orders.port(), ours().of("gateway"), ours().of("gateway"));

        gateway.post(ORDERS, "{}").isProblem(503, "no-instance-available");
        assertThat(orders.requests).isEmpty();
    }

    @Test
    void sendsNothingToAnInstanceOfAnotherAuthority() {
        var gateway = gateway(named(), identities("theirs").of("gateway"), ours().of("gateway"));

        gateway.post(ORDERS, "{}").isProblem(503, "no-instance-available");
        assertThat(orders.requests).isEmpty();
    }

    @Test
    void isNotHeardWithoutACertificateOfItsOwn() {
        var nobody = gateway(named(), ours().of("gateway"), null);
        var stranger =
                gateway(named(), ours().of("gateway"), identities("theirs").of("gateway"));

        assertThat(nobody.get(ORDERS).status()).isIn(502, 503);
        assertThat(stranger.get(ORDERS).status()).isIn(502, 503);
        assertThat(orders.requests).isEmpty();
    }

    @Test
    void believesNobodyWithoutABundle() {
        var gateway = running(
                "covenant.services.orders=" + named(),
                "covenant.gateway.balancing.write-wait=0s",
                "covenant.gateway.balancing.read-wait=0s");

        gateway.post(ORDERS, "{}").isProblem(503, "no-instance-available");
        assertThat(orders.connections).hasValue(0);
    }

    @Test
    void usesNoConnectionOfBeforeOnceTheBundleIsReloaded() {
        var gateway = gateway(named(), ours().of("gateway"), ours().of("gateway"), "covenant.gateway.max-idle=1m");
        var bundles = gateway.part(DefaultSslBundleRegistry.class);
        assertThat(gateway.get(ORDERS).status()).isEqualTo(200);

        bundles.updateBundle(
                "ours",
                bundle(identities("theirs").of("gateway"), identities("theirs").of("gateway")));
        gateway.post(ORDERS, "{}").isProblem(503, "no-instance-available");
        assertThat(orders.requests).hasSize(1);

        bundles.updateBundle("ours", bundle(ours().of("gateway"), ours().of("gateway")));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(gateway.get(ORDERS).status()).isEqualTo(200)); // when it is tried again
    }

    @Test
    void carriesASocketToAnInstanceOverTls() throws Exception {
        var gateway =
                gateway(named(), ours().of("gateway"), ours().of("gateway"), "covenant.gateway.sockets.routes=orders");
        orders.follow((request, connection) -> {
            connection.say("""
                    HTTP/1.1 101 Switching Protocols
                    Upgrade: websocket
                    Connection: Upgrade
                    Sec-WebSocket-Accept: %s

                    """.formatted(accept(request.header("Sec-WebSocket-Key"))));
            connection.out().write(new byte[] {(byte) 0x81, 2, 'h', 'i'});
            connection.out().flush();
        });
        var heard = new CompletableFuture<String>();

        try (var client = HttpClient.newHttpClient()) {
            var socket = client.newWebSocketBuilder()
                    .buildAsync(gateway.uri("ws", ORDERS + "/live"), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                            heard.complete(data.toString());
                            return CompletableFuture.completedStage(null);
                        }
                    })
                    .get(60, TimeUnit.SECONDS);

            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo("hi");
            socket.abort();
        }
    }

    private static String accept(String key) {
        try {
            var hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void listensByABundleAsWell() throws Exception {
        var gateway = gateway(
                named(),
                ours().of("localhost"),
                ours().of("localhost"),
                "server.ssl.bundle=ours",
                "server.ssl.client-auth=need");
        var asked = HttpRequest.newBuilder(gateway.uri("https", "localhost", ORDERS))
                .build();

        try (var known =
                client(bundle(ours().of("gateway"), ours().of("gateway")).createSslContext())) {
            assertThat(known.send(asked, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
        try (var unknown = client(bundle(ours().of("gateway"), null).createSslContext())) {
            assertThatIOException().isThrownBy(() -> unknown.send(asked, BodyHandlers.ofString()));
        }
        assertThat(orders.requests).hasSize(1);
    }

    private static HttpClient client(SSLContext tls) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .build();
    }
}
