package io.covenant.consensus.wal;

/// An entry as the log holds it.
///
/// @param payload owned by whoever got it from the log
@SuppressWarnings("ArrayRecordComponent") // bytes on their way to a decoder; nobody compares entries
public record Entry(long index, long term, byte[] payload) {

    @Override
    public String toString() {
        return "entry %d of term %d, %d bytes".formatted(index, term, payload.length);
    }
}
