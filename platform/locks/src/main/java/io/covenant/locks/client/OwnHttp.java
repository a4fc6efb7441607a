package io.covenant.locks.client;

import io.covenant.locks.session.SessionSettings;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The JDK's client for what is not asked without pause; another one once certificates were replaced. Thread-safe.
final class OwnHttp implements Supplier<HttpClient> {

    private final SessionSettings settings;
    private final Threads threads;
    private final Certificates certificates;
    private final boolean secure;
    private @Nullable SSLContext by;
    private @Nullable HttpClient client;

    OwnHttp(SessionSettings settings, Threads threads, Certificates certificates) {
        this.settings = settings;
        this.threads = threads;
        this.certificates = certificates;
        this.secure = settings.nodes().stream().anyMatch(node -> node.startsWith("https:"));
    }

    @Override
    public synchronized HttpClient get() {
        var now = secure ? certificates.now() : null;
        if (client == null || !Objects.equals(now, by)) {
            if (client != null) {
                client.shutdown(); // when what it was asked is answered
            }
            client = opened(now);
            by = now;
        }
        return client;
    }

    private HttpClient opened(@Nullable SSLContext security) {
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads.vital())
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(settings.attemptMillis()));
        return security == null ? builder.build() : builder.sslContext(security).build();
    }

    synchronized void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
