package io.covenant.consensus.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a kernel asks for, in this order. Writes may take their time: the kernel itself holds back what must
/// not be said before they are durable.
public sealed interface Effect {

    /// Write term and vote. Writes are numbered, are made in this order, and all reported as durable by
    /// [Input.Persisted].
    record SaveState(long write, HardState state) implements Effect {}

    /// Write these entries; what the log holds from the first one's index on is overwritten.
    record Append(long write, List<Entry> entries) implements Effect {}

    /// The log goes on right after this snapshot; nothing that it holds counts any more.
    record Reset(long write, Snapshot snapshot) implements Effect {}

    /// Entries up to here may be deleted; they are in a durable snapshot.
    record Compact(long upTo) implements Effect {}

    /// Send this, or lose it; never wait for it.
    record Send(Envelope envelope) implements Effect {}

    /// Apply these to the state machine.
    record Commit(List<Entry> entries) implements Effect {}

    /// Replace the state machine by this snapshot; later commits go on from there.
    record Restore(Snapshot snapshot) implements Effect {}

    record Reply(long ticket, Answer answer) implements Effect {}

    /// The node's role, term or leader is another one now.
    record Became(Role role, long term, @Nullable NodeId leader) implements Effect {}

    /// Read entries that are no longer in memory, and say [Input.Fetched]; fewer than wanted will do.
    record Fetch(NodeId follower, long from, long to, int maxBytes) implements Effect {}

    /// Read a part of the snapshot, and say [Input.SnapshotRead].
    record ReadSnapshot(NodeId follower, Snapshot snapshot, long offset, int maxBytes) implements Effect {}

    /// Write a part of a snapshot that is being received; offset 0 begins anew. After the last one make it
    /// durable and say [Input.SnapshotStored].
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record StoreChunk(Snapshot snapshot, long offset, byte[] bytes, boolean last) implements Effect {}
}
