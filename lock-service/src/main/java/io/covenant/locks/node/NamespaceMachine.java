package io.covenant.locks.node;

import io.covenant.consensus.node.ReplicatedStateMachine;
import io.covenant.locks.namespace.Limits;
import io.covenant.locks.namespace.MalformedException;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.namespace.Timers;
import io.covenant.locks.primary.Input;
import java.io.IOException;
import java.io.InputStream;

/// The namespace as the state machine of a Raft node. Belongs to whoever applies entries, but for the
/// numbers that anybody may see.
final class NamespaceMachine implements ReplicatedStateMachine<Result> {

    /// Hears what was applied, on the thread that applied it.
    interface Listener {

        void applied(Result result, long nextDueMillis);

        void restored(long index, long epoch);
    }

    private final int keptEvents;
    private final Listener listener;
    private Namespace namespace;
    private volatile long index;
    private volatile long epoch;
    private volatile long timeMillis;

    NamespaceMachine(int keptEvents, Listener listener) {
        this.keptEvents = keptEvents;
        this.listener = listener;
        namespace = new Namespace(Limits.standard(), keptEvents);
    }

    @Override
    public Result apply(long at, long timeMillis, byte[] entry) {
        try {
            var stamped = StampedCommand.decode(entry);
            var result = namespace.apply(at, stamped.timeMillis(), stamped.command());
            index = at;
            epoch = namespace.epoch();
            timeMillis = result.timeMillis();
            listener.applied(result, nextDue());
            return result;
        } catch (MalformedException | IllegalArgumentException unreadable) {
            // Of a newer version, or damaged: to leave it out would make this replica differ from the others.
            throw new IllegalStateException("entry %d cannot be read by this version".formatted(at), unreadable);
        }
    }

    @Override
    public boolean isQuick(byte[] entry) {
        return StampedCommand.isOfLocks(entry);
    }

    long nextDue() {
        return namespace.timers().next().map(Timers.Due::atMillis).orElse(Input.NOTHING_DUE);
    }

    @Override
    public Fork fork() {
        return namespace.fork()::writeTo;
    }

    @Override
    public void restore(InputStream state) throws IOException {
        namespace = Namespace.restore(state, keptEvents);
        index = namespace.index();
        epoch = namespace.epoch();
        timeMillis = namespace.timeMillis();
        listener.restored(index, epoch);
    }

    /// For the thread that applies entries.
    Namespace namespace() {
        return namespace;
    }

    long index() {
        return index;
    }

    long timeMillis() {
        return timeMillis;
    }

    long epoch() {
        return epoch;
    }
}
