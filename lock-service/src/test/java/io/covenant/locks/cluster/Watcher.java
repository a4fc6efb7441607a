package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Token;
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
    private static final long NOTHING = 0;

    private final Node node;
    private final SimulatedCluster cluster;
    private final History history;
    private final String prefix;
    private final Subscription subscription;
    private final List<Event> ofOneIndex = new ArrayList<>();
    private long known = NOW;

    Watcher(Node node, SimulatedCluster cluster, String prefix) {
        this.node = node;
        this.cluster = cluster;
        this.history = cluster.history();
        this.prefix = prefix;
        subscription = new Subscription(node, () -> node.dice().pick(cluster.servers()), this);
        node.after(Duration.ofMillis(1), subscription::connect);
    }

    /// Who knows nothing, and is told from the beginning, knows all where nothing has happened, in whichever epoch.
    boolean knowsAll() {
        return known != NOW
                && (known == NOTHING || Token.epoch(known) == cluster.life())
                && history.nothingAfter(Token.index(known), prefix);
    }

    /// After a restore it goes on with what it knew, of which some may never have been.
    void goOn() {
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
            case Item.Begun(var place) -> {
                if (known == NOW) {
                    known = place;
                } else {
                    history.count(Seen.STREAM_RESUMED);
                }
            }
            case Item.Compacted(var place) -> {
                if (place < known) {
                    throw new AssertionError(
                            "%s is sent back to %d, and knows %d".formatted(node.name(), place, known));
                }
                history.count(Seen.STREAM_COMPACTED);
                known = place;
                ofOneIndex.clear();
            }
            case Item.Happened(var event, var place, var last) -> {
                ofOneIndex.add(event);
                if (last) {
                    hear(place);
                    known = place;
                    ofOneIndex.clear();
                }
            }
            case Item.Leader _ -> {}
        }
    }

    /// Of one epoch nothing is left out; from one to the next it is told to look again.
    private void hear(long place) {
        if (known != NOTHING && Token.epoch(place) != Token.epoch(known)) {
            throw new AssertionError("%s hears of %d in epoch %d, and knows epoch %d"
                    .formatted(node.name(), Token.index(place), Token.epoch(place), Token.epoch(known)));
        }
        history.heard(node.name(), prefix, Token.index(known), Token.index(place), List.copyOf(ofOneIndex));
    }
}
