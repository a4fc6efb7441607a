package io.covenant.locks.cluster;

import io.covenant.locks.node.EventStream.Item;
import io.covenant.simulation.Node;
import java.time.Duration;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A reader's end of an event stream: one connection after the other, each of which is read as long as nothing of
/// it is missing.
final class Subscription {

    /// Reads on after an index, see [Watching.Open].
    interface Reader {

        /// Made anew for each connection.
        Watching.Open open(long connection);

        void hear(String server, Item item);

        /// Nothing more comes of the connection.
        void lost(boolean cutOff);
    }

    private static final Duration SILENCE = Duration.ofMillis(300);

    private final Node node;
    private final Supplier<@Nullable String> server;
    private final Reader reader;
    private final TreeMap<Integer, Watching.Told> ahead = new TreeMap<>();
    private long connection;
    private long life;
    private int heard;
    private boolean ended;

    /// @param server to turn to; none for the time being
    Subscription(Node node, Supplier<@Nullable String> server, Reader reader) {
        this.node = node;
        this.server = server;
        this.reader = reader;
    }

    void connect() {
        if (ended) {
            return;
        }
        connection = node.world().nextNumber();
        life = 0;
        heard = 0;
        ahead.clear();
        var to = server.get();
        if (to != null) {
            node.send(to, reader.open(connection));
        }
        listen(connection, heard);
    }

    void end() {
        ended = true;
        connection = 0;
    }

    /// Leaves who says nothing, and sometimes who says something.
    private void listen(long to, int before) {
        node.after(node.dice().between(SILENCE.dividedBy(2), SILENCE), () -> {
            if (connection != to || ended) {
                return;
            }
            if (heard == before || node.dice().chance(0.2)) {
                reader.lost(false);
                connect();
            } else {
                listen(to, heard);
            }
        });
    }

    void receive(String from, Watching.Told told) {
        if (told.connection() != connection || (life != 0 && told.life() != life) || told.number() <= heard) {
            return;
        }
        life = told.life();
        ahead.put(told.number(), told);
        for (var next = ahead.remove(heard + 1); next != null; next = ahead.remove(heard + 1)) {
            heard++;
            for (var item : next.items()) {
                reader.hear(from, item);
            }
            if (next.ended()) {
                reader.lost(true);
                connect();
                return;
            }
        }
    }
}
