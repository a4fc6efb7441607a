package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.node.EventStream.Item;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Reads what happens under a prefix, at any server, and goes on at another one where it stopped: it must hear
/// everything, in order, and nothing twice.
final class Watcher implements Program, Subscription.Reader {

    private static final long NOW = -1;

    private final Node node;
    private final History history;
    private final String prefix;
    private final Subscription subscription;
    private final List<Event> ofOneIndex = new ArrayList<>();
    private long known = NOW;

    Watcher(Node node, SimulatedCluster cluster, String prefix) {
        this.node = node;
        this.history = cluster.history();
        this.prefix = prefix;
        subscription = new Subscription(node, () -> node.dice().pick(cluster.servers()), this);
        node.after(Duration.ofMillis(1), subscription::connect);
    }

    /// The index up to which it knows everything.
    boolean knowsAll() {
        return known != NOW && history.nothingAfter(known, prefix);
    }

    /// After a restore indexes count from an earlier one again.
    void beginAnew() {
        known = NOW;
        subscription.connect();
    }

    @Override
    public Watching.Open open(long connection) {
        ofOneIndex.clear();
        return new Watching.Open(connection, 0, prefix, known);
    }

    @Override
    public void receive(String from, Object message) {
        subscription.receive(from, (Watching.Told) message);
    }

    @Override
    public void lost(boolean cutOff) {
        if (cutOff) {
            history.count(Seen.STREAM_CUT_OFF);
        }
    }

    @Override
    public void hear(String server, Item item) {
        switch (item) {
            case Item.Begun(var index) -> {
                if (known == NOW) {
                    known = index;
                } else {
                    history.count(Seen.STREAM_RESUMED);
                }
            }
            case Item.Compacted(var index) -> {
                if (index < known) {
                    throw new AssertionError(
                            "%s is sent back to %d, and knows %d".formatted(node.name(), index, known));
                }
                history.count(Seen.STREAM_COMPACTED);
                known = index;
            }
            case Item.Happened(var event, var last) -> {
                ofOneIndex.add(event);
                if (last) {
                    history.heard(node.name(), prefix, known, event.index(), List.copyOf(ofOneIndex));
                    known = event.index();
                    ofOneIndex.clear();
                }
            }
            case Item.Leader _ -> {}
        }
    }
}
