package io.covenant.consensus.node;

import static io.covenant.consensus.node.Cluster.eventually;
import static io.covenant.consensus.node.Cluster.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.FreePort;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.transport.PeerTransport;
import io.covenant.consensus.transport.TransportListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that are told nothing of one that joins, but by their log.
@Timeout(120)
@SuppressWarnings("NullAway.Init") // JUnit gives the directory
class AddressesInTheLogTests {

    private record Running(RaftNode<Integer> node, Ledger ledger, PeerTransport transport) {}

    @TempDir
    private Path directory;

    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private final Map<String, InetSocketAddress> places = new TreeMap<>();

    /// Only for settings and surroundings; nothing runs in it.
    private Cluster defaults;

    @AfterEach
    void end() throws IOException {
        for (var one : running.values()) {
            one.transport().close();
        }
        for (var one : running.values()) {
            one.node().close();
        }
        assertThat(defaults.fatal).isEmpty();
    }

    @Test
    void reachANewNodeAndAreReachedByItAlsoAfterARestart() throws Exception {
        defaults = new Cluster(directory, Cluster.settings());
        var founders = new TreeMap<String, String>();
        for (var name : new String[] {"a", "b", "d"}) {
            places.put(name, FreePort.find());
        }
        founders.put("a", text(place("a")));
        founders.put("b", text(place("b")));
        for (var name : founders.keySet()) {
            NodeDirectory.found(defaults.storage(name), defaults.named(name), founders);
            start(name, Map.of());
        }
        propose("before");

        var fresh = NodeDirectory.join(defaults.storage("d"), defaults.named("d"), () -> 4711);
        start("d", Map.of("a", place("a"), "b", place("b")));
        change(new MemberChange.AddLearner(fresh, text(place("d"))));
        change(new MemberChange.Promote(fresh));
        propose("together");
        requireOnAll(2);

        for (var name : new String[] {"a", "b", "d"}) {
            stop(name);
        }
        for (var name : new String[] {"a", "b", "d"}) {
            start(name, Map.of());
        }
        propose("again");
        requireOnAll(3);
    }

    private void requireOnAll(int lines) {
        eventually(() ->
                running.values().forEach(one -> assertThat(one.ledger().lines()).hasSize(lines)));
    }

    private void start(String name, Map<String, InetSocketAddress> seeds) throws IOException {
        var transport = new PeerTransport[1];
        var ledger = new Ledger();
        var listener = new NodeListener() {
            @Override
            public void membersAre(Members members) {
                var all = new HashMap<>(seeds);
                members.addresses().forEach((node, address) -> all.put(node.name(), parsed(address)));
                transport[0].peers(all);
            }
        };
        var node = RaftNode.open(defaults.named(name), defaults.storage(name), ledger, defaults.surroundings(listener));
        transport[0] = PeerTransport.onLoopback(
                defaults.transport(name, place(name)), node::receive, TransportListener.none());
        running.put(name, new Running(node, ledger, transport[0]));
        node.start(transport[0]::send);
    }

    private void stop(String name) throws IOException {
        var one = Objects.requireNonNull(running.remove(name));
        one.node().close();
        one.transport().close();
    }

    private void propose(String text) {
        eventually(() -> assertThat(running.values())
                .anySatisfy(one -> assertThat(soon(one.node().propose(Ledger.command(text))))
                        .isInstanceOf(Outcome.Applied.class)));
    }

    private void change(MemberChange change) {
        eventually(() -> assertThat(running.values())
                .anySatisfy(one ->
                        assertThat(soon(one.node().changeMembers(change))).isEqualTo(new OrderOutcome.Done())));
    }

    private InetSocketAddress place(String name) {
        return Objects.requireNonNull(places.get(name));
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    private static InetSocketAddress parsed(String address) {
        var colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }
}
