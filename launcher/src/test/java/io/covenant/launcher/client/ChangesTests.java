package io.covenant.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Changes.Told;
import io.covenant.launcher.client.FakeGateway.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ChangesTests {

    private static final Duration ENOUGH = Duration.ofSeconds(30);

    private final List<String> asked = new CopyOnWriteArrayList<>();

    /// Answers its requests in turn with these streams, and the later ones with nothing that is one.
    private FakeGateway coordinator(String... streams) {
        var left = new ArrayList<>(List.of(streams));
        return new FakeGateway(request -> {
            asked.add(request.path());
            synchronized (left) {
                return left.isEmpty() ? Reply.of(403, "{}") : Reply.of(200, left.removeFirst());
            }
        });
    }

    private static String changed(String id, String state) {
        return "event:changed\ndata:{\"id\":\"%s\",\"state\":\"%s\"}\n\n".formatted(id, state);
    }

    private static Changes changes(Map<String, URI> addresses) {
        return new Changes(addresses, Credentials.NONE, Duration.ofMinutes(10));
    }

    private static List<Told> next(Changes changes, int count) throws InterruptedException {
        var told = new ArrayList<Told>();
        while (told.size() < count) {
            told.add(changes.next(ENOUGH).orElseThrow());
        }
        return told;
    }

    @Test
    void tellsWhatChangesInTheOrderOfItsCoordinator() throws Exception {
        var stream = ":watching\n\n" + changed("7", "VOTING") + ":\n\n" + changed("7", "COMMITTED");
        try (var coordinator = coordinator(stream);
                var changes = changes(Map.of("c-1", coordinator.uri()))) {
            assertThat(next(changes, 4))
                    .containsExactly(
                            new Told.Listening("c-1"),
                            new Told.Changed("c-1", "7", "VOTING"),
                            new Told.Changed("c-1", "7", "COMMITTED"),
                            new Told.Silent("c-1", "it has ended the stream"));
        }
        assertThat(asked).contains("/admin/transactions/changes");
    }

    @Test
    void hearsAllCoordinators() throws Exception {
        try (var one = coordinator(changed("7", "VOTING"));
                var other = coordinator(changed("8", "ABORTED"));
                var changes = changes(Map.of("c-1", one.uri(), "c-2", other.uri()))) {
            assertThat(next(changes, 6))
                    .contains(new Told.Changed("c-1", "7", "VOTING"), new Told.Changed("c-2", "8", "ABORTED"));
        }
    }

    @Test
    void listensAgainToACoordinatorThatWentAway() throws Exception {
        try (var other = new Silence();
                var coordinator = coordinator(changed("7", "VOTING"), changed("8", "VOTING"));
                var changes = changes(Map.of("c-1", coordinator.uri(), "c-2", other.uri()))) {
            var told = next(changes, 7);

            told.remove(new Told.Listening("c-2"));
            assertThat(told)
                    .containsExactly(
                            new Told.Listening("c-1"),
                            new Told.Changed("c-1", "7", "VOTING"),
                            new Told.Silent("c-1", "it has ended the stream"),
                            new Told.Listening("c-1"),
                            new Told.Changed("c-1", "8", "VOTING"),
                            new Told.Silent("c-1", "it has ended the stream"));
        }
    }

    @Test
    void saysThatChangesAreMissing() throws Exception {
        try (var coordinator = coordinator("event:behind\ndata:{}\n\n");
                var changes = changes(Map.of("c-1", coordinator.uri()))) {
            assertThat(next(changes, 2)).containsExactly(new Told.Listening("c-1"), new Told.Missed("c-1"));
        }
    }

    @Test
    void endsWhenNobodyTellsAnything() throws Exception {
        try (var coordinator = coordinator();
                var changes = changes(Map.of("c-1", coordinator.uri()))) {
            assertThat(next(changes, 1)).containsExactly(new Told.Silent("c-1", "it answers with HTTP 403"));
            assertThatThrownBy(() -> changes.next(ENOUGH))
                    .isInstanceOf(LauncherFailure.class)
                    .hasMessageStartingWith("No coordinator answers");
        }
    }

    @Test
    void takesACoordinatorThatSaysNothingForGone() throws Exception {
        try (var coordinator = new Silence();
                var changes = new Changes(Map.of("c-1", coordinator.uri()), Credentials.NONE, Duration.ofMillis(200))) {
            var told = next(changes, 1).getFirst();
            while (!(told instanceof Told.Silent)) {
                told = next(changes, 1).getFirst();
            }
            assertThat(told).isEqualTo(new Told.Silent("c-1", "Read timed out"));
        }
    }

    @Test
    void leavesNoStreamOpen() throws Exception {
        try (var coordinator = new Silence()) {
            var changes = changes(Map.of("c-1", coordinator.uri()));
            assertThat(next(changes, 1)).containsExactly(new Told.Listening("c-1"));

            changes.close();

            assertThat(coordinator.isLeft()).isTrue();
        }
    }

    /// A coordinator of which nothing more is heard once it has begun its stream.
    private static final class Silence implements AutoCloseable {

        private static final String HEAD =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

        private final ServerSocket door;
        private final CopyOnWriteArrayList<Socket> readers = new CopyOnWriteArrayList<>();

        Silence() throws IOException {
            door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            try {
                while (true) {
                    var reader = door.accept();
                    readers.add(reader);
                    reader.getOutputStream().write(HEAD.getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException _) {
                // Closed.
            }
        }

        /// Whether its only reader goes.
        boolean isLeft() throws IOException {
            var reader = readers.getFirst();
            reader.setSoTimeout(Math.toIntExact(ENOUGH.toMillis()));
            try {
                while (reader.getInputStream().read() >= 0) {
                    // The request.
                }
            } catch (SocketTimeoutException _) {
                return false;
            } catch (SocketException _) {
                return true; // reset
            }
            return true;
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + door.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            door.close();
            for (var reader : readers) {
                reader.close();
            }
        }
    }
}
