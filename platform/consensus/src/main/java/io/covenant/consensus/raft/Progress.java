package io.covenant.consensus.raft;

/// What a leader knows about one follower.
final class Progress {

    enum Mode {
        /// Where the logs part is being looked for: one message at a time.
        PROBING,
        /// Entries are sent on trust, many messages at a time.
        PIPELINING,
        /// What the follower lacks is gone from the log: it gets a snapshot.
        SNAPSHOT
    }

    final NodeId node;
    Mode mode = Mode.PROBING;

    /// Known to be durable at the follower.
    long match;

    /// The next entry to send.
    long next;

    /// When it was last heard of, by the monotonic clock.
    long heardAt;

    long echoedRound;
    long sentRound;

    /// While probing: the answer is out.
    boolean waiting;

    /// Entries are being read from disk since then.
    boolean fetching;

    long fetchingSince;

    /// The snapshot being sent, from this offset; a chunk is out since then.
    Snapshot snapshot;

    long offset;
    long chunkEnd;
    boolean chunkOut;
    boolean lastChunk;
    long chunkSince;

    /// The last index of each message in flight, oldest first.
    private final long[] flight;

    /// The last entry in flight, or the one before the next; it may have left the log's memory.
    private long rememberedIndex;

    private long rememberedTerm;
    private int flightHead;
    private int flightSize;

    Progress(NodeId node, long next, long now, int maxInFlight, Snapshot snapshot) {
        this.node = node;
        this.next = next;
        this.heardAt = now;
        this.flight = new long[maxInFlight];
        this.snapshot = snapshot;
    }

    boolean flightIsFull() {
        return flightSize == flight.length;
    }

    void took(Entry lastEntry) {
        flight[(flightHead + flightSize) % flight.length] = lastEntry.index();
        flightSize++;
        next = lastEntry.index() + 1;
        remember(lastEntry);
    }

    void remember(Entry entry) {
        rememberedIndex = entry.index();
        rememberedTerm = entry.term();
    }

    /// The term of the entry that was remembered last, or -1 for others.
    long rememberedTermAt(long index) {
        return index == rememberedIndex ? rememberedTerm : -1;
    }

    void landed(long upTo) {
        while (flightSize > 0 && flight[flightHead] <= upTo) {
            flightHead = (flightHead + 1) % flight.length;
            flightSize--;
        }
    }

    void probe(long from) {
        mode = Mode.PROBING;
        next = from;
        waiting = false;
        fetching = false;
        flightSize = 0;
    }

    void pipeline() {
        mode = Mode.PIPELINING;
        next = Math.max(next, match + 1);
        waiting = false;
        flightSize = 0;
    }

    void sendSnapshot(Snapshot which) {
        mode = Mode.SNAPSHOT;
        fetching = false;
        flightSize = 0;
        snapshot = which;
        continueSnapshotAt(0);
    }

    void continueSnapshotAt(long newOffset) {
        offset = newOffset;
        chunkEnd = newOffset;
        chunkOut = false;
        lastChunk = false;
    }
}
