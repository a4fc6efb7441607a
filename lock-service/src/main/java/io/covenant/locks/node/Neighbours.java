package io.covenant.locks.node;

import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.transport.PeerTransport;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where the other nodes are, and the connections to them: to all members, and to nobody else; while no members are
/// known, to those whom the configuration names.
final class Neighbours {

    /// Nodes may move while their names stay.
    private static final Duration RESOLVE_AGAIN = Duration.ofSeconds(5);

    private final NodeOptions options;
    private final PeerTransport transport;
    private final Thread following;
    private Map<String, InetSocketAddress> resolved = Map.of();
    private volatile Members members = Members.nobody();
    private volatile boolean closed;

    Neighbours(NodeOptions options, PeerTransport transport) {
        this.options = options;
        this.transport = transport;
        following = Thread.ofVirtual().name(options.name() + "-follows").unstarted(this::follow);
    }

    /// Peers are listened to from now on.
    void start() {
        connect();
        following.start();
    }

    void close() {
        closed = true;
        following.interrupt();
    }

    void membersAre(Members now) {
        members = now;
        // Names may take long to resolve; what is lost until then is sent again.
        Thread.ofVirtual().name(options.name() + "-connects").start(this::connect);
    }

    Members members() {
        return members;
    }

    /// Where a node's HTTP API is, if that is known.
    Optional<URI> api(String name) {
        var configured = options.places().get(name);
        if (configured != null) {
            return Optional.ofNullable(configured.api());
        }
        return members.addresses().entrySet().stream()
                .filter(member -> member.getKey().name().equals(name))
                .findFirst()
                .flatMap(member -> Place.read(member.getValue()))
                .map(Place::api);
    }

    private void follow() {
        while (!closed) {
            connect();
            try {
                Thread.sleep(RESOLVE_AGAIN);
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    /// Where a name cannot be resolved at the moment, its address of before counts.
    private synchronized void connect() {
        var now = members;
        var places = new HashMap<String, Place>();
        if (!now.known()) {
            places.putAll(options.places());
        } else {
            for (var some : List.of(now.voters(), now.learners())) {
                for (var node : some) {
                    placeOf(node, now).ifPresent(place -> places.put(node.name(), place));
                }
            }
        }
        var peers = new HashMap<String, InetSocketAddress>();
        places.forEach((name, place) -> {
            var address = place.socket();
            var before = resolved.get(name);
            peers.put(name, address.isUnresolved() && before != null ? before : address);
        });
        resolved = Map.copyOf(peers);
        if (!closed) {
            transport.peers(peers);
        }
    }

    private Optional<Place> placeOf(NodeId node, Members now) {
        var configured = options.places().get(node.name());
        if (configured != null) {
            return Optional.of(configured);
        }
        var written = now.addresses().get(node);
        return written == null ? Optional.empty() : Place.read(written);
    }
}
