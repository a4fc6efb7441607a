package io.covenant.launcher.client;

import io.covenant.launcher.LauncherFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;

/// How transactions change at all coordinators, as they do.
///
/// Each coordinator tells what it drives itself. One that goes away is asked again until it tells once more; what
/// happened meanwhile is not told.
public final class Changes implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CONNECTING = Duration.ofSeconds(2);

    /// A coordinator says at least every ten seconds that it is there.
    private static final Duration SILENCE = Duration.ofSeconds(25);

    /// Whoever reads more slowly than so many hears that he has missed something.
    private static final int MOST_WAITING = 1_000;

    /// What is heard of one coordinator.
    public sealed interface Told {

        String node();

        /// Whatever changes from now on is told.
        record Listening(String node) implements Told {}

        record Changed(String node, String id, String state) implements Told {}

        /// More happened than the coordinator could tell.
        record Missed(String node) implements Told {}

        /// It tells nothing at present.
        record Silent(String node, String why) implements Told {}
    }

    private final Map<String, URI> addresses;
    private final Credentials credentials;
    private final Duration silence;
    private final BlockingQueue<Told> heard = new ArrayBlockingQueue<>(MOST_WAITING);
    private final ExecutorService listeners = Executors.newVirtualThreadPerTaskExecutor();

    /// Those that were heard of last as silent.
    private final Set<String> silent = new HashSet<>();

    /// @param addresses of the coordinators, by the names of the nodes
    public Changes(Map<String, URI> addresses, Credentials credentials) {
        this(addresses, credentials, SILENCE);
    }

    /// @param silence after which a coordinator is taken for gone
    Changes(Map<String, URI> addresses, Credentials credentials, Duration silence) {
        this.addresses = Map.copyOf(addresses);
        this.credentials = credentials;
        this.silence = silence;
        addresses.forEach((node, address) -> listeners.execute(() -> listen(node, address)));
    }

    /// The next that is heard; empty when there is nothing for so long. For one thread.
    ///
    /// @throws LauncherFailure when no coordinator tells anything
    public Optional<Told> next(Duration within) throws InterruptedException {
        if (silent.size() == addresses.size()) {
            throw Coordinators.nobodyAnswers();
        }
        var told = Optional.ofNullable(heard.poll(within.toNanos(), TimeUnit.NANOSECONDS));
        told.ifPresent(one -> {
            if (one instanceof Told.Silent) {
                silent.add(one.node());
            } else {
                silent.remove(one.node());
            }
        });
        return told;
    }

    @Override
    public void close() {
        listeners.shutdownNow();
    }

    private void listen(String node, URI address) {
        try {
            var told = true;
            while (!listeners.isShutdown()) {
                var stream = new Stream(node);
                var why = stream.read(address);
                if (told || stream.begun) {
                    heard.put(new Told.Silent(node, why));
                    told = false;
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// One answer of one coordinator.
    private final class Stream {

        private final String node;
        private boolean begun;
        private String event = "";

        Stream(String node) {
            this.node = node;
        }

        /// @return why there is no more
        String read(URI address) throws InterruptedException {
            try {
                var connection = (HttpURLConnection)
                        address.resolve("/admin/transactions/changes").toURL().openConnection();
                try {
                    return read(connection);
                } finally {
                    connection.disconnect();
                }
            } catch (IOException e) {
                return String.valueOf(e.getMessage());
            }
        }

        private String read(HttpURLConnection connection) throws IOException, InterruptedException {
            connection.setConnectTimeout(Math.toIntExact(CONNECTING.toMillis()));
            connection.setReadTimeout(Math.toIntExact(silence.toMillis()));
            connection.setRequestProperty("Accept", "text/event-stream, application/problem+json");
            connection.setRequestProperty("Connection", "close");
            var authorization = credentials.authorization();
            if (!authorization.isEmpty()) {
                connection.setRequestProperty("Authorization", authorization);
            }
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                return "it answers with HTTP " + connection.getResponseCode();
            }
            begun = true;
            heard.put(new Told.Listening(node));
            try (var lines =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    hear(line);
                }
            }
            return "it has ended the stream";
        }

        private void hear(String line) throws IOException, InterruptedException {
            if (line.isEmpty()) {
                event = "";
            } else if (line.startsWith("event:")) {
                event = line.substring("event:".length()).strip();
            } else if (line.startsWith("data:")) {
                switch (event) {
                    case "changed" -> heard.put(changed(line.substring("data:".length())));
                    case "behind" -> heard.put(new Told.Missed(node));
                    default -> {}
                }
            }
        }

        private Told changed(String data) throws IOException {
            try {
                var change = Gateway.JSON.readTree(data);
                return new Told.Changed(
                        node,
                        change.path("id").asString(""),
                        change.path("state").asString(""));
            } catch (JacksonException e) {
                throw new IOException("it tells what is no JSON: " + data, e);
            }
        }
    }
}
