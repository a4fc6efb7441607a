package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.node.EventStream.Item;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Reads what happens under a prefix, at any server, and goes on at another one where it stopped: it must hear
/// everything, in order, and nothing twice.
final class Watcher implements Program {

    private static final Duration SILENCE = Duration.ofMillis(300);
    private static final long NOW = -1;

    private final Node node;
    private final Dice dice;
    private final SimulatedCluster cluster;
    private final History history;
    private final String prefix;
    private final TreeMap<Integer, Watching.Told> ahead = new TreeMap<>();
    private final List<Event> ofOneIndex = new ArrayList<>();
    private long known = NOW;
    private long connection;
    private int heard;

    Watcher(Node node, SimulatedCluster cluster, String prefix) {
        this.node = node;
        this.dice = node.dice();
        this.cluster = cluster;
        this.history = cluster.history();
        this.prefix = prefix;
        node.after(Duration.ofMillis(1), this::connect);
    }

    /// The index up to which it knows everything.
    boolean knowsAll() {
        return known != NOW && history.nothingAfter(known, prefix);
    }

    /// After a restore indexes count from an earlier one again.
    void beginAnew() {
        known = NOW;
        connect();
    }

    private void connect() {
        connection = node.world().nextNumber();
        heard = 0;
        ahead.clear();
        ofOneIndex.clear();
        node.send(dice.pick(cluster.servers()), new Watching.Open(connection, prefix, known));
        listen(connection, heard);
    }

    /// Leaves who says nothing, and sometimes who says something.
    private void listen(long to, int before) {
        node.after(dice.between(SILENCE.dividedBy(2), SILENCE), () -> {
            if (connection != to) {
                return;
            }
            if (heard == before || dice.chance(0.2)) {
                connect();
            } else {
                listen(to, heard);
            }
        });
    }

    @Override
    public void receive(String from, Object message) {
        var told = (Watching.Told) message;
        if (told.connection() != connection || told.number() <= heard) {
            return;
        }
        ahead.put(told.number(), told);
        for (var next = ahead.remove(heard + 1); next != null; next = ahead.remove(heard + 1)) {
            heard++;
            next.items().forEach(this::hear);
            if (next.ended()) {
                history.count(Seen.STREAM_CUT_OFF);
                connect();
                return;
            }
        }
    }

    private void hear(Item item) {
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
