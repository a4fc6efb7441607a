package io.covenant.locks.node;

import static org.awaitility.Awaitility.await;

import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Settings;
import io.covenant.consensus.transport.TransportListener;
import io.covenant.launcher.node.FreePorts;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Content;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Want;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.primary.PrimarySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// Replicas in this process, with real files, over mutual TLS.
final class Replicas implements AutoCloseable {

    /// How long a new primary waits for the sessions of one that said nothing.
    static final Duration GRACE = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Queue<Throwable> fatal = new ConcurrentLinkedQueue<>();
    final Map<String, LockNode> nodes = new TreeMap<>();
    private final Path directory;
    private final Authority authority;
    private final Map<String, Place> places = new HashMap<>();
    private final List<String> founders;
    private final Map<Long, Long> numbers = new HashMap<>();
    private long epoch;

    Replicas(Path directory, Authority authority, String... founders) throws IOException {
        this.directory = directory;
        this.authority = authority;
        this.founders = List.of(founders);
        for (var founder : founders) {
            places.put(founder, new Place("127.0.0.1:" + FreePorts.one(), URI.create("http://" + founder + ".test:1")));
        }
    }

    Replicas started() throws Exception {
        for (var founder : founders) {
            start(founder, founders, places);
        }
        return this;
    }

    /// Nodes that start from now on must have this epoch.
    Replicas inEpoch(long least) {
        epoch = least;
        return this;
    }

    LockNode start(String name) throws Exception {
        return start(name, founders, places);
    }

    /// A node that the others' configuration does not know.
    Place join(String name) throws Exception {
        var more = new HashMap<>(places);
        more.put(name, new Place("127.0.0.1:" + FreePorts.one(), null));
        start(name, List.of(), more);
        return Objects.requireNonNull(more.get(name));
    }

    private LockNode start(String name, List<String> founding, Map<String, Place> known)
            throws IOException, InterruptedException, GeneralSecurityException {
        var identity = authority.issue(name);
        var options = NodeOptions.standard(
                        name,
                        "tested",
                        directory.resolve("data-" + name),
                        founding,
                        known,
                        Optional.of(PeerIdentity.read(identity.certificate(), identity.key(), identity.authority())))
                .withRaft(Settings.standard().times(Duration.ofMillis(1_200), Duration.ofMillis(100)))
                .withPrimary(PrimarySettings.standard().withGrace(GRACE).withEpoch(epoch))
                .withStreams(1_000, 16, 4);
        var node = LockNode.open(
                options, (what, cause) -> fatal.add(new IllegalStateException(what, cause)), TransportListener.none());
        node.start();
        nodes.put(name, node);
        return node;
    }

    LockNode primary() {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () -> nodes.values().stream()
                                .filter(node -> node.role() == Role.LEADER
                                        && node.figures().armed())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /// Where it listens to its peers.
    InetSocketAddress peerAddress(LockNode node) {
        return Objects.requireNonNull(places.get(node.name())).socket();
    }

    LockNode backup() {
        var primary = primary();
        return nodes.values().stream()
                .filter(node -> !node.equals(primary))
                .findFirst()
                .orElseThrow();
    }

    /// Nothing comes from it or goes to it any more, and nobody asks it.
    void cutOff(LockNode node) throws IOException {
        node.cutOff();
        nodes.remove(node.name());
        new Thread(() -> {
                    try {
                        node.close();
                    } catch (IOException ignored) {
                        // It is to be gone.
                    }
                })
                .start();
    }

    // ---- a client that asks until it is answered

    Reply ask(Command command) {
        return ask(command, Duration.ZERO);
    }

    Reply ask(Command command, Duration patience) {
        return await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () -> soon(primary().ask(command, patience)) instanceof Answer.Replied replied
                                ? Optional.of(replied.reply())
                                : Optional.<Reply>empty(),
                        Optional::isPresent)
                .orElseThrow();
    }

    long open(long ttlMillis) {
        return ((Reply.SessionOpened) ask(new Command.OpenSession("test", "", ttlMillis))).session();
    }

    Command.Acquire acquire(long session, String name, long waitMillis) {
        return new Command.Acquire(origin(session), 0, List.of(Want.exclusive(name)), waitMillis, 0, Content.EMPTY);
    }

    Command.Origin origin(long session) {
        return new Command.Origin(session, numbers.merge(session, 1L, Long::sum), 0);
    }

    long hold(long session, String name) {
        return ((Reply.Granted) ask(acquire(session, name, 0)))
                .grants()
                .getFirst()
                .token();
    }

    Reply release(long session, String name, long token) {
        return ask(new Command.Release(origin(session), 0, List.of(name), token));
    }

    static <T> T soon(CompletableFuture<T> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @Override
    public void close() throws IOException {
        for (var node : nodes.values()) {
            node.cutOff();
        }
        var ends = nodes.values().stream()
                .map(node -> CompletableFuture.runAsync(() -> {
                    try {
                        node.close();
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                }))
                .toList();
        ends.forEach(CompletableFuture::join);
    }
}
