package io.covenant.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Asks quickly and quietly whether a Docker engine answers, where Testcontainers would look for one.
final class DockerProbe {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern VERSION = Pattern.compile("(?im)^api-version: *(\\d+)\\.(\\d+)");

    /// Testcontainers 2 speaks no older version.
    private static final int OLDEST_MINOR = 44;

    private DockerProbe() {}

    sealed interface Answer {}

    record Answers(String where) implements Answer {}

    record Silent(String why) implements Answer {}

    static Answer ask() {
        var refusals = new ArrayList<String>();
        for (String place : places()) {
            switch (ask(place)) {
                case Answers answers -> {
                    return answers;
                }
                case Silent(var why) -> refusals.add(why);
            }
        }
        return new Silent(refusals.isEmpty() ? "no Docker socket on this machine" : String.join("; ", refusals));
    }

    static Answer ask(String place) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(ping(address(place)));
            } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return judged(place, answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException _) {
            return new Silent("Docker does not answer at " + place);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Silent("interrupted while asking Docker");
        }
    }

    private static Answer judged(String place, String response) {
        if (!response.startsWith("HTTP/1.1 200")) {
            return new Silent("what answers at " + place + " is not a Docker engine that lets us in");
        }
        Matcher version = VERSION.matcher(response);
        boolean tooOld = version.find()
                && Integer.parseInt(version.group(1)) == 1
                && Integer.parseInt(version.group(2)) < OLDEST_MINOR;
        return tooOld
                ? new Silent("Docker at " + place + " is too old, its API must be 1." + OLDEST_MINOR + " or newer")
                : new Answers(place);
    }

    private static List<String> places() {
        String host = System.getenv("DOCKER_HOST");
        if (host != null && !host.isBlank()) {
            return List.of(host);
        }
        Path home = Path.of(System.getProperty("user.home"));
        var places = new ArrayList<String>();
        String configured = testcontainersProperty(home.resolve(".testcontainers.properties"));
        if (!configured.isBlank()) {
            places.add(configured);
        }
        var sockets = new ArrayList<>(List.of(Path.of("/var/run/docker.sock")));
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isBlank()) {
            sockets.add(Path.of(runtime, "docker.sock"));
        }
        sockets.add(home.resolve(".docker/run/docker.sock"));
        sockets.add(home.resolve(".docker/desktop/docker.sock"));
        sockets.stream().filter(Files::exists).forEach(socket -> places.add("unix://" + socket));
        return places;
    }

    private static String testcontainersProperty(Path file) {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException _) {
            return "";
        }
        return properties.getProperty("docker.host", "");
    }

    private static SocketAddress address(String place) {
        URI uri = URI.create(place);
        return "unix".equals(uri.getScheme())
                ? UnixDomainSocketAddress.of(uri.getPath())
                : new InetSocketAddress(uri.getHost(), uri.getPort());
    }

    private static String ping(SocketAddress address) throws IOException {
        try (SocketChannel channel = SocketChannel.open(address)) {
            byte[] request = "GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(request));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
