package io.covenant.consensus.raft;

/// One place in the log.
///
/// @param index      from 1, without gaps
/// @param term       of the leader that made it
/// @param timeMillis what that leader's wall clock showed, but never less than in the entry before; the
///                   state machine's time is the greatest of those applied, so it needs no clock
/// @param payload    what it is for
public record Entry(long index, long term, long timeMillis, Payload payload) {

    private static final int OVERHEAD_BYTES = 32;

    /// About how much room it takes, in memory, on disk and on the wire.
    public int size() {
        return OVERHEAD_BYTES
                + switch (payload) {
                    case Payload.NoOp _ -> 0;
                    case Payload.Command(var bytes) -> bytes.length;
                    case Payload.Reconfigure(var members) ->
                        64 * (members.voters().size() + members.learners().size())
                                + members.addresses().values().stream()
                                        .mapToInt(String::length)
                                        .sum();
                };
    }
}
