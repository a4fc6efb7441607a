package io.covenant.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.covenant.balancing.chance.Chance;
import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class SliceWatchTests {

    private static final String PASSWORD = "changeit";

    @TempDir
    private Path account;

    private final Slices slices = new Slices();
    private final SliceDiscoveryClient client = new SliceDiscoveryClient(slices);
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void writeTheAccount() throws IOException {
        Files.writeString(account.resolve("token"), "first\n");
        Files.writeString(account.resolve("namespace"), "shop");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    private FakeApiServer server() throws IOException {
        var server = new FakeApiServer(null);
        open.add(server);
        return server;
    }

    private KubernetesProperties properties(URI server) {
        return new KubernetesProperties(true, server, null, account, "http");
    }

    private SliceWatch follow(FakeApiServer server, Duration watching) {
        var properties = properties(server.address());
        var watch = new SliceWatch(
                new ApiServer(properties), properties, slices, JsonMapper.shared(), Chance.seeded(1), watching);
        open.add(watch::stop);
        watch.start();
        return watch;
    }

    private void follow(FakeApiServer server) {
        follow(server, Duration.ofMinutes(1));
        await().atMost(Duration.ofSeconds(30)).until(() -> server.watches() == 1);
    }

    private List<String> orders() {
        return client.getInstances("orders").stream()
                .map(each -> each.getInstanceId() + " " + each.getUri() + " "
                        + Objects.requireNonNull(each.getMetadata()).get("zone"))
                .toList();
    }

    @Test
    void listsWhoIsReady() throws IOException {
        var server = server();
        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 ready a", "pod-b 10.0.0.2 down b");
        server.put("orders-2", "orders", 8101, "pod-c 10.0.0.3 ready b");
        server.put("stock-1", "inventory", 8201, "pod-d 10.0.0.4 ready a");

        follow(server);

        assertThat(orders()).containsExactly("pod-a http://10.0.0.1:8101 a", "pod-c http://10.0.0.3:8101 b");
        assertThat(client.getServices()).containsExactly("inventory", "orders");
    }

    @Test
    void readsAllPages() throws IOException {
        var server = server();
        server.pageSize = 2;
        for (int i = 1; i <= 5; i++) {
            server.put("orders-" + i, "orders", 8101, "pod-%d 10.0.0.%d ready a".formatted(i, i));
        }

        follow(server);

        assertThat(orders()).hasSize(5);
        assertThat(server.requests.subList(0, 3))
                .extracting(request -> request.contains("continue="))
                .containsExactly(false, true, true);
    }

    @Test
    void followsChanges() throws IOException {
        var server = server();
        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 ready a");
        follow(server);

        server.put("orders-2", "orders", 8101, "pod-b 10.0.0.2 ready a");
        await().untilAsserted(() -> assertThat(orders()).hasSize(2));

        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 leaving a");
        await().untilAsserted(() -> assertThat(orders()).containsExactly("pod-b http://10.0.0.2:8101 a"));

        server.remove("orders-2");
        await().untilAsserted(() -> assertThat(orders()).containsExactly("pod-a http://10.0.0.1:8101 a"));
    }

    @Test
    void goesOnFromTheLastVersionWhenAWatchEnds() throws IOException {
        var server = server();
        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 ready a");
        follow(server);
        server.tell("{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"555\"}}}");

        server.endWatches();

        await().untilAsserted(() ->
                assertThat(server.requests.getLast()).contains("watch=1").contains("resourceVersion=555"));
        assertThat(server.requests)
                .filteredOn(request -> request.contains("limit="))
                .hasSize(1);
    }

    @Test
    void listsAgainWhenTheVersionIsGone() throws IOException {
        var server = server();
        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 ready a");
        follow(server);
        server.putUnheard("orders-2", "orders", 8101, "pod-b 10.0.0.2 ready a");

        server.tell("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":\"too old\"}}");

        await().untilAsserted(() -> assertThat(orders()).hasSize(2));
    }

    @Test
    void keepsWhatItKnowsWhileTheServerRefuses() throws IOException {
        var server = server();
        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 ready a");
        follow(server);

        server.refusing = 500;
        server.endWatches();
        int asked = server.requests.size();
        await().until(() -> server.requests.size() > asked + 2);
        assertThat(orders()).hasSize(1);

        server.putUnheard("orders-2", "orders", 8101, "pod-b 10.0.0.2 ready a");
        server.refusing = 0;
        await().untilAsserted(() -> assertThat(orders()).hasSize(2));
    }

    @Test
    void leavesAWatchOnWhichNothingComesAnyMore() throws IOException {
        var server = server();
        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 ready a");

        follow(server, Duration.ofSeconds(1));

        await().until(() -> server.requests.stream()
                        .filter(request -> request.contains("watch=1"))
                        .count()
                >= 2);
        assertThat(orders()).hasSize(1);
    }

    @Test
    void showsTheTokenThatTheFileHoldsNow() throws IOException {
        var server = server();
        server.put("orders-1", "orders", 8101, "pod-a 10.0.0.1 ready a");
        follow(server);
        Files.writeString(account.resolve("token"), "second");

        server.endWatches();

        await().untilAsserted(() -> assertThat(server.requests.getLast()).endsWith("Bearer second"));
        assertThat(server.requests.getFirst()).endsWith("Bearer first");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        var server = server();
        server.refusing = 403;
        try (var api = new ApiServer(properties(server.address()))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> api.get("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices"))
                    .withMessageContaining("get, list and watch endpointslices");
        }
        Files.delete(account.resolve("token"));
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> properties(server.address()).token())
                .withMessageContaining("covenant.gateway.kubernetes.account");
    }

    @Test
    void believesTheClustersAuthorityAlone() throws Exception {
        var server = new FakeApiServer(tls(account.resolve("ours.p12"), account.resolve("ca.crt")));
        open.add(server);
        var path = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";
        try (var api = new ApiServer(properties(server.address()));
                var body = api.get(path)) {
            assertThat(JsonMapper.shared().readTree(body).path("items").isArray())
                    .isTrue();
        }

        var other = new FakeApiServer(tls(account.resolve("theirs.p12"), account.resolve("theirs.crt")));
        open.add(other);
        try (var api = new ApiServer(properties(other.address()))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> api.get(path))
                    .withMessageContaining("certif");
        }
        assertThat(other.requests).isEmpty();
    }

    /// A server's keys and certificate; the certificate also as a PEM file.
    private static SSLContext tls(Path store, Path certificate) throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-dname",
                        "CN=" + store.getFileName(),
                        "-ext",
                        "san=dns:localhost",
                        "-keyalg",
                        "EC",
                        "-validity",
                        "2",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isZero();
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Files.writeString(
                certificate,
                "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                        .formatted(Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate("server").getEncoded())));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void feedsTheGateway() throws IOException {
        var server = server();
        try (var backend = new Backend("one")) {
            int port = URI.create(backend.address()).getPort();
            server.put("orders-1", "orders", port, "pod-a 127.0.0.1 ready a");
            var gateway = RunningGateway.with(
                    "covenant.gateway.kubernetes.enabled=true",
                    "covenant.gateway.kubernetes.server=" + server.address(),
                    "covenant.gateway.kubernetes.account=" + account);
            open.add(gateway);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(gateway.get("/api/v1/orders").status()).isEqualTo(200));
            assertThat(gateway.operate("GET", "/actuator/health", "").text()).contains("endpointSlices");
        }
    }
}
