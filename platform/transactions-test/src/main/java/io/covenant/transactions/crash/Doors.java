package io.covenant.transactions.crash;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/// The doors of the service under test, as coordinators use them: over HTTP, and again until they answer.
final class Doors {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TO_DIE = Duration.ofSeconds(20);
    private static final Duration ONE_REQUEST = Duration.ofSeconds(20);
    private static final Duration BREATH = Duration.ofMillis(50);

    private final Environment environment;
    private final JsonMapper mapper;
    private final HttpClient client = HttpClient.newHttpClient();

    Doors(Environment environment, JsonMapper mapper) {
        this.environment = environment;
        this.mapper = mapper;
    }

    /// Asks until the service has died of it, and does not mind what it answers. It may still be recovering from an
    /// earlier death.
    ///
    /// @return whether it has died
    boolean askInVain(String path, Object body, BooleanSupplier hasDied) {
        var until = System.nanoTime() + TO_DIE.toNanos();
        while (!hasDied.getAsBoolean() && System.nanoTime() < until) {
            try {
                exchange(post(path, body));
            } catch (IOException e) {
                // nobody hears from the dead
            }
            if (!hasDied.getAsBoolean()) {
                LockSupport.parkNanos(BREATH.toNanos());
            }
        }
        return hasDied.getAsBoolean();
    }

    /// Asks until there is an answer that says something.
    ///
    /// @param says empty where it has to be asked again
    <T, R> R ask(String path, Object body, Class<T> type, Function<T, Optional<R>> says) {
        return insist(post(path, body), type, says);
    }

    <T> T look(String path, Class<T> type) {
        return insist(request(path).GET().build(), type, Optional::of);
    }

    private <T, R> R insist(HttpRequest request, Class<T> type, Function<T, Optional<R>> says) {
        var until = System.nanoTime() + PATIENCE.toNanos();
        var last = "nothing";
        while (System.nanoTime() < until) {
            try {
                var answer = exchange(request);
                last = answer.statusCode() + " " + answer.body();
                if (answer.statusCode() == 200) {
                    var said = says.apply(mapper.readValue(answer.body(), type));
                    if (said.isPresent()) {
                        return said.get();
                    }
                } else if (answer.statusCode() < 500 && answer.statusCode() != 425) {
                    throw new AssertionError(
                            "%s is answered %s".formatted(request.uri().getPath(), last));
                }
            } catch (IOException e) {
                last = e.toString();
            }
            LockSupport.parkNanos(BREATH.toNanos());
        }
        throw new AssertionError("%s is not answered for %s; the last answer is %s"
                .formatted(request.uri().getPath(), PATIENCE, last));
    }

    private HttpRequest post(String path, Object body) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(mapper.writeValueAsString(body)))
                .build();
    }

    private HttpRequest.Builder request(String path) {
        var port = environment.getProperty("local.server.port");
        if (port == null) {
            throw new IllegalStateException(
                    "A branch is asked over HTTP: the test needs @SpringBootTest(webEnvironment = RANDOM_PORT).");
        }
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(ONE_REQUEST);
    }

    private HttpResponse<String> exchange(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the service was asked", e);
        }
    }
}
