package io.covenant.web.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.covenant.launcher.identity.Identities;
import io.covenant.launcher.identity.Identities.Identity;
import io.covenant.web.json.StrictJson;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/// A service that takes its callers by their certificates only, and whoever calls it: real handshakes.
class ClientTlsTests {

    private static final ServiceRequest ASK = ServiceRequest.get("/things").within(Duration.ofSeconds(10));

    @TempDir
    private static Path directory;

    private static @Nullable ConfigurableApplicationContext service;

    private final List<AutoCloseable> open = new ArrayList<>();
    private int before;

    private static Identities ours() {
        return identities("ours");
    }

    private static Identities identities(String authority) {
        return new Identities(directory.resolve(authority), List.of("localhost", "caller"), InstantSource.system());
    }

    @BeforeAll
    static void start() throws IOException {
        install(ours().of("localhost"));
        var files = directory.resolve("installed");
        service = new SpringApplicationBuilder(Application.class)
                .run(
                        "--server.port=0",
                        "--server.ssl.bundle=service",
                        "--server.ssl.client-auth=need",
                        "--spring.ssl.bundle.watch.file.quiet-period=100ms",
                        "--spring.ssl.bundle.pem.service.reload-on-update=true",
                        "--spring.ssl.bundle.pem.service.keystore.certificate=" + files.resolve("own.crt"),
                        "--spring.ssl.bundle.pem.service.keystore.private-key=" + files.resolve("own.key"),
                        "--spring.ssl.bundle.pem.service.truststore.certificate=" + files.resolve("authority.crt"));
    }

    @AfterAll
    static void stop() {
        running().close();
    }

    @BeforeEach
    void count() {
        before = running().getBean(AtomicInteger.class).get();
    }

    @AfterEach
    void close() throws Exception {
        for (var each : open) {
            each.close();
        }
    }

    /// Where the service finds them, each file replaced at once.
    private static void install(Identity identity) throws IOException {
        var files = Files.createDirectories(directory.resolve("installed"));
        replace(identity.authority(), files.resolve("authority.crt"));
        replace(identity.certificate(), files.resolve("own.crt"));
        replace(identity.key(), files.resolve("own.key"));
    }

    private static void replace(Path from, Path to) throws IOException {
        var next = to.resolveSibling(to.getFileName() + ".next");
        Files.copy(from, next, StandardCopyOption.REPLACE_EXISTING);
        Files.move(next, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private static SslBundle bundle(Identity believed, @Nullable Identity shown) {
        var keys = shown == null
                ? null
                : PemSslStoreDetails.forCertificate("file:" + shown.certificate())
                        .withPrivateKey("file:" + shown.key());
        return SslBundle.of(
                new PemSslStoreBundle(keys, PemSslStoreDetails.forCertificate("file:" + believed.authority())));
    }

    private ServiceClient client(String scheme, String host, SslBundle bundle) {
        return client(scheme, host, new DefaultSslBundleRegistry("client", bundle));
    }

    private ServiceClient client(String scheme, String host, DefaultSslBundleRegistry bundles) {
        var defaults = ServiceClientProperties.defaults();
        var client = new ServiceClient(
                new Topology("test-1", Map.of("things", List.of(address(scheme, host)))),
                new ServiceClientProperties(
                        Duration.ofSeconds(5),
                        defaults.timeout(),
                        defaults.maxConnections(),
                        defaults.maxIdle(),
                        Duration.ofMillis(1),
                        defaults.maxAnswer(),
                        defaults.policy(),
                        null),
                StrictJson.mapper(),
                new SimpleMeterRegistry(),
                null,
                new ClientTls(bundles, "client"));
        open.add(client);
        return client;
    }

    private static URI address(String scheme, String host) {
        var server = ((ServletWebServerApplicationContext) running()).getWebServer();
        return URI.create("%s://%s:%d".formatted(scheme, host, server == null ? 0 : server.getPort()));
    }

    private static ConfigurableApplicationContext running() {
        if (service == null) {
            throw new IllegalStateException("not started");
        }
        return service;
    }

    private int asked() {
        return running().getBean(AtomicInteger.class).get() - before;
    }

    private static void isAnswered(ServiceAnswer answer) {
        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.status()).isEqualTo(200));
    }

    @Test
    void callsAServiceThatKnowsItsCallers() {
        var client = client("https", "localhost", bundle(ours().of("caller"), ours().of("caller")));

        isAnswered(client.call("things", ASK));
        isAnswered(client.call("things", ASK));
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void aPlainRequestIsRefused() throws Exception {
        var client = client("http", "localhost", bundle(ours().of("caller"), ours().of("caller")));
        try (var http = HttpClient.newHttpClient()) {
            var plain = HttpRequest.newBuilder(address("http", "localhost")).build();

            assertThat(http.send(plain, HttpResponse.BodyHandlers.discarding()).statusCode())
                    .isEqualTo(400);
        }
        assertThat(client.call("things", ASK)).isNotInstanceOf(Answered.class);
        assertThat(asked()).isZero();
    }

    @Test
    void whoWatchesTheServiceShowsACertificateToo() throws Exception {
        var port = running().getEnvironment().getRequiredProperty("local.management.port");
        var health = HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/actuator/health"))
                .build();
        var known = bundle(ours().of("caller"), ours().of("caller")).createSslContext();
        var unknown = bundle(ours().of("caller"), null).createSslContext();

        try (var watcher = HttpClient.newBuilder().sslContext(known).build();
                var stranger = HttpClient.newBuilder().sslContext(unknown).build()) {
            assertThat(watcher.send(health, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> stranger.send(health, HttpResponse.BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aCallerWithoutACertificateIsRefused() {
        var client = client("https", "localhost", bundle(ours().of("caller"), null));

        assertThat(client.call("things", ASK)).isNotInstanceOf(Answered.class);
        assertThat(asked()).isZero();
    }

    @Test
    void aCallerOfAnotherAuthorityIsRefused() {
        var client = client(
                "https",
                "localhost",
                bundle(ours().of("caller"), identities("theirs").of("caller")));

        assertThat(client.call("things", ASK)).isNotInstanceOf(Answered.class);
        assertThat(asked()).isZero();
    }

    @Test
    void aServiceOfAnotherAuthorityIsNotBelieved() {
        var client = client("https", "localhost", bundle(identities("theirs").of("caller"), ours().of("caller")));

        assertThat(client.call("things", ASK)).isInstanceOf(NotSent.class);
        assertThat(asked()).isZero();
    }

    @Test
    void aServiceOfAnotherNameIsNotBelieved() {
        var client = client("https", "127.0.0.1", bundle(ours().of("caller"), ours().of("caller")));

        assertThat(client.call("things", ASK)).isInstanceOf(NotSent.class);
        assertThat(asked()).isZero();
    }

    @Test
    void bothSidesFollowWhenTheirCertificatesAreReplaced() throws IOException {
        var theirs = identities("theirs");
        var bundles = new DefaultSslBundleRegistry("client", bundle(ours().of("caller"), ours().of("caller")));
        var client = client("https", "localhost", bundles);
        var latecomer = client("https", "localhost", bundle(ours().of("caller"), ours().of("caller")));
        isAnswered(client.call("things", ASK));

        bundles.updateBundle("client", bundle(theirs.of("caller"), theirs.of("caller")));
        assertThat(client.call("things", ASK)).isInstanceOf(NotSent.class);

        install(theirs.of("localhost"));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> isAnswered(client.call("things", ASK)));
        assertThat(latecomer.call("things", ASK)).isInstanceOf(NotSent.class);

        install(ours().of("localhost"));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> isAnswered(latecomer.call("things", ASK)));
    }

    @EnableAutoConfiguration
    static class Application {

        @Bean
        AtomicInteger asked() {
            return new AtomicInteger();
        }

        @Bean
        RouterFunction<ServerResponse> things(AtomicInteger asked) {
            return RouterFunctions.route()
                    .GET("/things", _ -> ServerResponse.ok().body(Map.of("asked", asked.incrementAndGet())))
                    .build();
        }
    }
}
