package io.covenant.consensus.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Settings;
import io.covenant.consensus.transport.FrameReceiver;
import io.covenant.consensus.transport.PeerTransport;
import io.covenant.consensus.transport.TransportListener;
import io.covenant.consensus.transport.TransportSettings;
import io.covenant.consensus.wal.FileStorage;
import io.covenant.consensus.wal.LogOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Nodes in this process, with real files, over the real transport.
final class Cluster implements AutoCloseable {

    static final Duration ELECTION = Duration.ofMillis(2_500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(200);

    record Member(RaftNode<Integer> node, Ledger ledger, Diary diary, PeerTransport transport) {}

    final Queue<Throwable> fatal = new ConcurrentLinkedQueue<>();

    /// Its own, so that nobody takes a node of another cluster for one of these that had its port before.
    private final String group = "tested-" + UUID.randomUUID();

    private final Path directory;
    private final NodeSettings settings;
    private final Map<String, Member> members = new TreeMap<>();
    private final Set<String> cut = ConcurrentHashMap.newKeySet();
    private final Set<String> deaf = ConcurrentHashMap.newKeySet();
    private final Map<String, Cable> cables = new ConcurrentHashMap<>();
    private final int lines;
    private @Nullable Function<String, SSLContext> tls;
    private boolean cabled;

    Cluster(Path directory, NodeSettings settings) {
        this(directory, settings, Integer.MAX_VALUE);
    }

    /// @param lines that its ledgers remember
    Cluster(Path directory, NodeSettings settings, int lines) {
        this.directory = directory;
        this.settings = settings;
        this.lines = lines;
    }

    /// Nodes prove who they are.
    Cluster secured(Function<String, SSLContext> certificates) {
        tls = certificates;
        return this;
    }

    /// Every connection goes through a cable of its own.
    Cluster cabled() {
        cabled = true;
        return this;
    }

    /// Small segments, quick elections.
    static NodeSettings settings() {
        return NodeSettings.standard("tested", "any")
                .withRaft(Settings.standard().times(ELECTION, Duration.ofMillis(100)))
                .withLog(LogOptions.standard().withSegmentBytes(256 * 1024));
    }

    /// Followers that are behind are fed from disk, or by a snapshot.
    static Settings forgetful(int trailingEntries) {
        var usual = settings().raft();
        return new Settings(
                usual.electionTimeout(),
                usual.heartbeat(),
                usual.transferTimeout(),
                usual.maxInFlight(),
                512,
                usual.maxUncommittedEntries(),
                usual.maxUncommittedBytes(),
                usual.maxCommandBytes(),
                usual.maxConfirmations(),
                0,
                trailingEntries,
                512,
                usual.promotionLag());
    }

    Cluster founded(String... names) throws IOException {
        for (var name : names) {
            NodeDirectory.found(storage(name), named(name), List.of(names));
            start(name);
        }
        return this;
    }

    NodeId joined(String name) throws IOException {
        var id = NodeDirectory.join(
                storage(name), named(name), () -> ThreadLocalRandom.current().nextLong());
        start(name);
        return id;
    }

    FileStorage storage(String name) throws IOException {
        return FileStorage.at(directory.resolve(name));
    }

    NodeSettings named(String name) {
        return new NodeSettings(
                settings.group(),
                name,
                settings.raft(),
                settings.log(),
                settings.entriesPerSnapshot(),
                settings.waitingRequests(),
                settings.waitingBytes(),
                settings.unappliedBytes());
    }

    Surroundings surroundings(NodeListener listener) {
        return new Surroundings(
                System::nanoTime,
                InstantSource.system(),
                bound -> ThreadLocalRandom.current().nextLong(bound),
                listener,
                (what, cause) -> fatal.add(new IllegalStateException(what, cause)));
    }

    Member start(String name) throws IOException {
        var ledger = new Ledger(lines);
        var diary = new Diary();
        var node = RaftNode.open(named(name), storage(name), ledger, surroundings(diary));
        FrameReceiver receiver = (peer, frame) -> {
            if (!deaf.contains(name)) {
                node.receive(peer, frame);
            }
        };
        var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var transport = tls == null
                ? PeerTransport.onLoopback(transport(name, at), receiver, TransportListener.none())
                : PeerTransport.withTls(transport(name, at), tls.apply(name), receiver, TransportListener.none());
        var member = new Member(node, ledger, diary, transport);
        members.put(name, member);
        meet();
        node.start(transport::send);
        return member;
    }

    TransportSettings transport(String name, InetSocketAddress at) {
        return new TransportSettings(
                group,
                name,
                at,
                named(name).frameBytes(),
                4096,
                32 << 20,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofMillis(20),
                SHORT,
                64);
    }

    private void meet() {
        members.forEach((name, member) -> member.transport().peers(cut.contains(name) ? Map.of() : addressesFor(name)));
    }

    private Map<String, InetSocketAddress> addressesFor(String name) {
        return members.entrySet().stream()
                .filter(member -> !cut.contains(member.getKey()))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        member -> through(
                                name,
                                member.getKey(),
                                member.getValue().transport().address())));
    }

    private InetSocketAddress through(String from, String to, InetSocketAddress address) {
        if (!cabled) {
            return address;
        }
        return cables.compute(from + ">" + to, (_, old) -> {
                    try {
                        if (old != null && old.target().equals(address)) {
                            return old;
                        }
                        if (old != null) {
                            old.close();
                        }
                        return new Cable(address);
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                })
                .address();
    }

    /// What one sends to others is lost, without anybody's connection ending; it still hears them.
    void muffle(String name) {
        cables.forEach((way, cable) -> {
            if (way.startsWith(name + ">")) {
                cable.cut();
            }
        });
    }

    void mendCables() throws IOException {
        for (var cable : cables.values()) {
            cable.mend();
        }
    }

    void stop(String name) throws IOException {
        var member = member(name);
        members.remove(name);
        member.node().close();
        member.transport().close();
    }

    /// Nothing goes to it or comes from it.
    void cut(String name) {
        cut.add(name);
        meet();
    }

    /// Nothing comes to it any more.
    void deafen(String name) {
        deaf.add(name);
    }

    void heal() {
        cut.clear();
        deaf.clear();
        meet();
    }

    Member member(String name) {
        return Objects.requireNonNull(members.get(name), name);
    }

    List<Member> members() {
        return List.copyOf(members.values());
    }

    /// Whoever leads, once somebody does and a majority agrees.
    Member leader() {
        return leaderExcept("");
    }

    Member leaderExcept(String name) {
        return await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> members.values().stream()
                                .filter(member -> !member.node().id().name().equals(name))
                                .filter(Cluster::leads)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static boolean leads(Member member) {
        return member.node().role() == Role.LEADER
                && soon(member.node().confirmLeadership()) instanceof Confirmation.Confirmed;
    }

    Member follower() {
        var leader = leader().node().id();
        return members.values().stream()
                .filter(member -> !member.node().id().equals(leader))
                .findFirst()
                .orElseThrow();
    }

    /// Proposes until it is done; only for commands of which it does not matter how often.
    long propose(String text) {
        return await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> soon(leader().node().propose(Ledger.command(text)))
                                        instanceof Outcome.Applied<Integer>(var index, var _, var _)
                                ? index
                                : 0L,
                        index -> index > 0);
    }

    void propose(int count) {
        for (var number = 0; number < count; number++) {
            propose("line " + number);
        }
    }

    static <T> T soon(CompletableFuture<T> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    static void eventually(Runnable assertions) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).untilAsserted(assertions::run);
    }

    /// All have applied what the leader has, and it is the same.
    void requireAgreement() {
        eventually(() -> {
            var lines = leader().ledger().lines();
            for (var member : members.values()) {
                assertThat(member.ledger().lines()).as("%s", member.node().id()).isEqualTo(lines);
            }
        });
    }

    @Override
    public void close() throws IOException {
        for (var member : members.values()) {
            member.ledger().goOn();
            member.transport().close();
        }
        for (var member : members.values()) {
            member.node().close();
        }
        for (var cable : cables.values()) {
            cable.close();
        }
    }
}
