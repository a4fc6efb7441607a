package io.covenant.locks.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The streams of events of one node that leads alone: those of a session, and those of who watches.
@Timeout(60)
class LockEventsApiTests {

    @TempDir
    static Path directory;

    private static SingleNode node;
    private static Api api;
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String name = "lock-" + NAMES.incrementAndGet();

    @BeforeAll
    static void start() throws Exception {
        node = new SingleNode(directory, Map.of("covenant.locks.events-per-stream", "64"));
        api = node.api();
        node.awaitArmed();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String events(long session) {
        return "/api/v1/lock-sessions/%d/events".formatted(session);
    }

    private static void read(BufferedReader reader, List<String> lines, String until) throws Exception {
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.add(line);
            if (line.equals(until)) {
                return;
            }
        }
        throw new AssertionError("the stream ended: " + lines);
    }

    private static String firstId(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("id: "))
                .findFirst()
                .orElseThrow()
                .substring(4);
    }

    @Test
    void tellsASessionWhatHappensAndResumes() throws Exception {
        long session = api.open(20_000);
        long other = api.open(20_000);
        long token = Api.token(api.acquire(session, 1, name, ""));
        var lines = new ArrayList<String>();
        try (var reader = api.stream(events(session), "Last-Event-ID", "0")) {
            api.acquire(other, 1, name, ",\"waitMillis\":-1");
            read(reader, lines, "event: contended");
        }
        assertThat(lines).contains("event: granted");
        var id = firstId(lines);

        api.release(session, 2, name, token);
        var later = new ArrayList<String>();
        try (var reader = api.stream(events(session), "Last-Event-ID", id)) {
            read(reader, later, "event: released");
        }
        assertThat(later).contains("event: contended").doesNotContain("event: granted");
        try (var reader = api.stream(events(other), "Last-Event-ID", "0")) {
            var settled = new ArrayList<String>();
            read(reader, settled, "event: settled");
            assertThat(settled).contains("event: granted");
        }
    }

    @Test
    void endsTheStreamOfASessionThatEnded() throws Exception {
        long session = api.open(20_000);
        try (var reader = api.stream(events(session))) {
            api.delete("/api/v1/lock-sessions/" + session);
            var lines = reader.lines().toList();
            assertThat(lines).contains("event: expired");
            assertThat(String.join("\n", lines)).contains("SESSION_CLOSED");
        }
        assertThat(api.get(events(session)).status()).isEqualTo(410);
    }

    @Test
    void watchesNamesAndFilesByPrefix() throws Exception {
        long session = api.open(20_000);
        try (var reader = api.stream("/api/v1/watch?prefix=/" + name)) {
            api.put("/api/v1/files/" + name, new byte[] {1}, "X-Lock-Session", "" + session, "X-Lock-Seq", "1");
            api.acquire(session, 2, "/" + name, "");
            var lines = new ArrayList<String>();
            read(reader, lines, "event: granted");
            assertThat(lines).contains("event: changed");
            assertThat(String.join("\n", lines)).contains("\"change\":\"CREATED\"");
        }
    }

    @Test
    void resumesAWatchAfterAnEventAndAfterAnIndex() throws Exception {
        long session = api.open(20_000);
        long token = Api.token(api.acquire(session, 1, name, ""));
        api.release(session, 2, name, token);
        var all = new ArrayList<String>();
        try (var reader = api.stream("/api/v1/watch?prefix=%s&fromIndex=%d".formatted(name, token - 1))) {
            read(reader, all, "event: released");
        }
        assertThat(all).contains("event: granted");
        var id = firstId(all);

        for (var rest : List.of(
                api.stream("/api/v1/watch?prefix=" + name, "Last-Event-ID", id),
                api.stream("/api/v1/watch?prefix=%s&fromIndex=%d".formatted(name, token)))) {
            try (rest) {
                var lines = new ArrayList<String>();
                read(rest, lines, "event: released");
                assertThat(lines).doesNotContain("event: granted");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fromIndex=x", "fromIndex=99999999999999999999", "fromIndex=1152921504606846976"})
    void refusesPlacesThatAreNone(String place) {
        var said = api.get("/api/v1/watch?" + place);
        assertThat(said.status()).isEqualTo(400);
        assertThat(said.code()).isEqualTo("validation-failed");
        assertThat(api.get("/api/v1/watch", "Last-Event-ID", "x").status()).isEqualTo(400);
    }
}
