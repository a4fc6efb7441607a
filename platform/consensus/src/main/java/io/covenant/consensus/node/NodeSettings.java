package io.covenant.consensus.node;

import io.covenant.consensus.raft.MessageCodec;
import io.covenant.consensus.raft.Settings;
import io.covenant.consensus.wal.LogOptions;

/// Which node this is, and its bounds.
///
/// @param group              the same for all nodes; another one, say with an epoch, for a group founded anew
/// @param name               of this node, as its peers know it
/// @param raft               times and bounds of the kernel
/// @param log                how it uses its disk
/// @param entriesPerSnapshot how many entries are applied before a snapshot takes the place of the log's
///                           beginning
/// @param waitingRequests    proposals and questions that may wait for the kernel; more are refused at once
/// @param waitingBytes       of proposals, and apart of frames; peers that send more have to wait
/// @param unappliedBytes     of committed entries that are kept in memory for the state machine; beyond that
///                           a leader refuses proposals, and entries are read from the log again
public record NodeSettings(
        String group,
        String name,
        Settings raft,
        LogOptions log,
        int entriesPerSnapshot,
        int waitingRequests,
        long waitingBytes,
        long unappliedBytes) {

    private static final int RECORD_OVERHEAD = 4 * 1024;

    public NodeSettings {
        if (entriesPerSnapshot < 1 || waitingRequests < 1 || waitingBytes < 1 || unappliedBytes < 1) {
            throw new IllegalArgumentException("bounds are positive");
        }
        if (log.recordBytes() < raft.maxCommandBytes() + RECORD_OVERHEAD) {
            throw new IllegalArgumentException(
                    "a record of the log holds a largest command and %d bytes more".formatted(RECORD_OVERHEAD));
        }
    }

    /// 50,000 entries between snapshots; 16,384 requests and 16 MiB may wait, 64 MiB be unapplied.
    public static NodeSettings standard(String group, String name) {
        return new NodeSettings(
                group, name, Settings.standard(), LogOptions.standard(), 50_000, 16_384, 16L << 20, 64L << 20);
    }

    public NodeSettings withRaft(Settings other) {
        return new NodeSettings(
                group, name, other, log, entriesPerSnapshot, waitingRequests, waitingBytes, unappliedBytes);
    }

    public NodeSettings withLog(LogOptions other) {
        return new NodeSettings(
                group, name, raft, other, entriesPerSnapshot, waitingRequests, waitingBytes, unappliedBytes);
    }

    public NodeSettings withEntriesPerSnapshot(int entries) {
        return new NodeSettings(group, name, raft, log, entries, waitingRequests, waitingBytes, unappliedBytes);
    }

    public NodeSettings withWaiting(int requests, long bytes) {
        return new NodeSettings(group, name, raft, log, entriesPerSnapshot, requests, bytes, unappliedBytes);
    }

    public NodeSettings withUnappliedBytes(long bytes) {
        return new NodeSettings(group, name, raft, log, entriesPerSnapshot, waitingRequests, waitingBytes, bytes);
    }

    /// The most that a frame between nodes can have.
    public int frameBytes() {
        return MessageCodec.of(raft).maxBytes();
    }
}
