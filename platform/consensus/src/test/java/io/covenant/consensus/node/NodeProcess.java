package io.covenant.consensus.node;

import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Settings;
import io.covenant.consensus.transport.PeerTransport;
import io.covenant.consensus.transport.TransportListener;
import io.covenant.consensus.transport.TransportSettings;
import io.covenant.consensus.wal.FileStorage;
import io.covenant.consensus.wal.LogOptions;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A node in a process of its own, which is told by lines what to do and says by lines what happened.
///
/// `peers a=1,b=2` · `propose TEXT` · `confirm ID` · `count ID` · `dump` · `close`; and it says `at PORT` ·
/// `leader` · `follower` · `applied TEXT INDEX` · `confirmed ID TERM` · `counted ID LINES` · `refused TEXT` · `unknown
/// TEXT` · `line INDEX TEXT` · `dumped` · `closes`.
final class NodeProcess {

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final Ledger ledger = new Ledger();
    private final RaftNode<Integer> node;
    private final PeerTransport transport;

    private NodeProcess(Path directory, String name, List<String> founders, int segmentBytes) throws IOException {
        var settings = settings(name).withLog(LogOptions.standard().withSegmentBytes(segmentBytes));
        var storage = FileStorage.at(directory);
        if (!NodeDirectory.exists(storage, settings)) {
            NodeDirectory.found(storage, settings, founders);
        }
        node = RaftNode.open(settings, storage, ledger, Surroundings.production(new NodeListener() {
            @Override
            public void became(Role role, long term, @Nullable NodeId leader) {
                out.println(role == Role.LEADER ? "leader" : "follower");
            }
        }));
        transport = PeerTransport.onLoopback(
                TransportSettings.standard("killed", name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                node::receive,
                TransportListener.none());
        node.start(transport::send);
        out.println("at " + transport.address().getPort());
    }

    static NodeSettings settings(String name) {
        return NodeSettings.standard("killed", name)
                .withRaft(Settings.standard().times(Cluster.ELECTION, Duration.ofMillis(100)))
                .withEntriesPerSnapshot(5_000);
    }

    /// @param arguments directory, name, founders, bytes of a segment
    public static void main(String[] arguments) throws IOException {
        new NodeProcess(
                        Path.of(arguments[0]),
                        arguments[1],
                        List.of(arguments[2].split(",")),
                        Integer.parseInt(arguments[3]))
                .listen();
    }

    private void listen() throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            var words = line.split(" ", 2);
            switch (words[0]) {
                case "peers" ->
                    transport.peers(Arrays.stream(words[1].split(","))
                            .map(peer -> peer.split("="))
                            .collect(Collectors.toMap(
                                    peer -> peer[0],
                                    peer -> new InetSocketAddress(
                                            InetAddress.getLoopbackAddress(), Integer.parseInt(peer[1])))));
                case "propose" -> propose(words[1]);
                case "confirm" -> confirm(words[1]);
                case "count" -> count(words[1]);
                case "dump" -> {
                    ledger.lines().forEach(each -> out.println("line " + each.index() + " " + each.text()));
                    out.println("dumped");
                }
                // Who asks meanwhile is to hear that it leads no more.
                case "close" -> Thread.ofPlatform().name("closing").start(this::close);
                default -> throw new IllegalArgumentException(line);
            }
        }
        // Nobody is there any more.
        Runtime.getRuntime().halt(1);
    }

    private void close() {
        try (transport;
                node) {
            out.println("closes");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        System.exit(0);
    }

    private void confirm(String id) {
        var _ = node.confirmLeadership()
                .thenAccept(confirmation -> out.println(
                        switch (confirmation) {
                            case Confirmation.Confirmed(var term, var _) -> "confirmed " + id + " " + term;
                            case Confirmation.NotLeader _, Confirmation.Overloaded _ -> "refused " + id;
                        }));
    }

    private void count(String id) {
        var _ = node.read(() -> ledger.lines().size())
                .thenAccept(reading -> out.println(
                        switch (reading) {
                            case Reading.Value<Integer>(var lines, var _) -> "counted " + id + " " + lines;
                            case Reading.NotLeader<Integer> _, Reading.Overloaded<Integer> _ -> "refused " + id;
                        }));
    }

    private void propose(String text) {
        var _ = node.propose(Ledger.command(text))
                .thenAccept(outcome -> out.println(
                        switch (outcome) {
                            case Outcome.Applied<Integer>(var index, var _, var _) -> "applied " + text + " " + index;
                            case Outcome.NotLeader<Integer> _, Outcome.Overloaded<Integer> _ -> "refused " + text;
                            case Outcome.Unknown<Integer> _ -> "unknown " + text;
                        }));
    }
}
