package io.covenant.consensus.node;

import io.covenant.consensus.raft.Snapshot;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// What a node told of itself.
final class Diary implements NodeListener {

    final Queue<Snapshot> written = new ConcurrentLinkedQueue<>();
    final Queue<Snapshot> restored = new ConcurrentLinkedQueue<>();
    final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

    @Override
    public void snapshotWritten(Snapshot snapshot, Duration took) {
        written.add(snapshot);
    }

    @Override
    public void snapshotFailed(Exception why) {
        failures.add(why);
    }

    @Override
    public void restored(Snapshot snapshot) {
        restored.add(snapshot);
    }
}
