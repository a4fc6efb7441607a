package io.covenant.locks.client;

import io.covenant.locks.wire.LockEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Follows a stream of events, over one connection after the other, without a gap: it resumes after the last index
/// of which it heard everything.
///
/// A stream is no proof that the service knows the session still.
final class EventStream implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    /// The service says something, be it a comment, more often than this.
    static final long SILENCE_SECONDS = 30;

    private static final long MOST_PAUSE_MILLIS = 1_000;

    /// Nodes that have left their group may name each other.
    private static final int MOST_REDIRECTS = 4;

    /// In an id the epoch stands above the index.
    private static final long LARGEST_INDEX = (1L << 44) - 1;

    @FunctionalInterface
    interface Sink {
        /// @param index after which a stream may be resumed; 0 when more of the same index follows
        void event(long index, LockEvent event);
    }

    private final EventSource source;
    private final Threads threads;
    private final Supplier<String> nodes;
    private final String path;
    private final Consumer<@Nullable String> following;
    private final Sink sink;
    private volatile boolean closed;
    private volatile @Nullable InputStream body;
    private volatile long heardNanos = System.nanoTime();
    private volatile @Nullable String leader;
    private volatile @Nullable String followed;
    private String lastId = "";
    private long pauseMillis;
    private int redirects;

    /// @param nodes a node to ask, another one each time
    /// @param following called with the node once it is connected, with null once it is not
    EventStream(
            EventSource source,
            Threads threads,
            Supplier<String> nodes,
            String path,
            Consumer<@Nullable String> following,
            Sink sink) {
        this.following = following;
        this.source = source;
        this.threads = threads;
        this.nodes = nodes;
        this.path = path;
        this.sink = sink;
    }

    EventStream start(String role) {
        threads.start(role, this::follow);
        watchSilence();
        return this;
    }

    @Override
    public void close() {
        closed = true;
        hangUp();
    }

    private void watchSilence() {
        if (!closed) {
            if (System.nanoTime() - heardNanos > TimeUnit.SECONDS.toNanos(SILENCE_SECONDS)) {
                hangUp();
            }
            try {
                threads.after(TimeUnit.SECONDS.toNanos(SILENCE_SECONDS) / 3, this::watchSilence);
            } catch (java.util.concurrent.RejectedExecutionException clientClosed) {
                closed = true;
            }
        }
    }

    private void hangUp() {
        var open = body;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.trace("closing a stream", e);
            }
        }
    }

    private void follow() {
        while (!closed) {
            var known = leader;
            var node = known == null ? nodes.get() : known;
            try {
                connect(node);
            } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
                LOG.debug("the events of {} at {} end: {}", path, node, e.toString());
                leader = null;
            } catch (InterruptedException e) {
                closed = true;
            }
            pause();
        }
    }

    private void pause() {
        try {
            Thread.sleep(pauseMillis);
        } catch (InterruptedException e) {
            closed = true;
        }
        pauseMillis = Math.min(MOST_PAUSE_MILLIS, 2 * pauseMillis + 50);
    }

    private void connect(String node) throws IOException, InterruptedException {
        heardNanos = System.nanoTime();
        var opened = source.open(node, path, lastId.isEmpty() ? Map.of() : Map.of("Last-Event-ID", lastId));
        try (var stream = opened.body()) {
            body = stream;
            if (closed) {
                return;
            }
            int status = opened.status();
            if (status == 200) {
                pauseMillis = 0;
                redirects = 0;
                follow(node, new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)));
            } else if (status / 100 == 3) {
                leader = ++redirects % MOST_REDIRECTS == 0 ? null : HttpCalls.leaderOf(opened.headers());
            } else if (status == 410 || status == 404) {
                closed = true;
            } else {
                leader = null;
            }
        } finally {
            body = null;
        }
    }

    private void follow(String node, BufferedReader lines) throws IOException {
        followed = node;
        try {
            following.accept(node);
            read(lines);
        } finally {
            followed = null;
            following.accept(null);
        }
    }

    /// Follows another node, if it follows one that is not this.
    void moveTo(String node) {
        var now = followed;
        if (now != null && !now.equals(node)) {
            leader = node;
            hangUp();
        }
    }

    /// Source: HTML Living Standard, §9.2.6, "Interpreting an event stream".
    private void read(BufferedReader lines) throws IOException {
        String event = "";
        String id = "";
        var data = new StringBuilder();
        for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
            heardNanos = System.nanoTime();
            if (line.isEmpty()) {
                dispatch(event, id, data.toString());
                event = "";
                id = "";
                data.setLength(0);
            } else if (line.startsWith("event:")) {
                event = value(line);
            } else if (line.startsWith("data:")) {
                data.append(data.isEmpty() ? "" : "\n").append(value(line));
            } else if (line.startsWith("id:")) {
                id = value(line);
            }
        }
    }

    private static String value(String line) {
        var value = line.substring(line.indexOf(':') + 1);
        return value.startsWith(" ") ? value.substring(1) : value;
    }

    private void dispatch(String name, String id, String data) {
        var type = LockEvent.type(name);
        if (type.isPresent()) {
            try {
                LockEvent event = HttpCalls.JSON.readValue(data.isEmpty() ? "{}" : data, type.get());
                sink.event(index(id), event);
            } catch (JacksonException malformed) {
                LOG.warn("an event {} that cannot be read: {}", name, malformed.getOriginalMessage());
            }
        }
        if (!id.isEmpty()) {
            lastId = id;
        }
    }

    private static long index(String id) {
        try {
            return id.isEmpty() ? 0 : Long.parseUnsignedLong(id) & LARGEST_INDEX;
        } catch (NumberFormatException another) {
            return 0;
        }
    }
}
