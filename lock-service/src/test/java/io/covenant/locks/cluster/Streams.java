package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.node.EventStream;
import io.covenant.locks.node.OpenStreams;
import io.covenant.simulation.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// The readers of a server's streams.
final class Streams {

    private static final class Reader {
        private final EventStream stream;
        private final long connection;
        private int told;

        private Reader(EventStream stream, long connection) {
            this.stream = stream;
            this.connection = connection;
        }
    }

    private final Node node;
    private final long life;
    private final OpenStreams streams = new OpenStreams();
    private final Map<String, Reader> readers = new TreeMap<>();
    private final Map<String, Long> connections = new HashMap<>();

    Streams(Node node) {
        this.node = node;
        this.life = node.world().nextNumber();
    }

    /// Between two entries.
    void open(String reader, Watching.Open open, Namespace state) {
        if (open.connection() <= connections.getOrDefault(reader, 0L)) {
            // A message that came twice, which a connection's do not.
            return;
        }
        connections.put(reader, open.connection());
        var before = readers.remove(reader);
        if (before != null) {
            before.stream.close();
        }
        var stream = open.session() == 0
                ? streams.openUnder(open.prefix(), open.after())
                : streams.openOf(open.session(), open.after());
        readers.put(reader, new Reader(stream, open.connection()));
        streams.begin(stream, state);
        push();
    }

    void applied(Result result, Namespace state) {
        streams.tell(result, state);
        push();
    }

    void restored(long index, long epoch) {
        streams.restored(index, epoch);
        push();
    }

    private void push() {
        for (var entry : new TreeMap<>(readers).entrySet()) {
            var reader = entry.getValue();
            var items = OpenStreams.taken(reader.stream);
            var ended = reader.stream.isClosed();
            if (!items.isEmpty() || ended) {
                node.send(entry.getKey(), new Watching.Told(reader.connection, life, ++reader.told, items, ended));
            }
            if (ended) {
                reader.stream.close();
                readers.remove(entry.getKey());
            }
        }
    }
}
