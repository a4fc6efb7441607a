package io.covenant.locks.node;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.CommandCodec;
import io.covenant.locks.namespace.MalformedException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// An entry of the log: the primary's time, which is no clock's, and the command.
record StampedCommand(long timeMillis, Command command) {

    byte[] encode() {
        var bytes = CommandCodec.encode(command);
        return ByteBuffer.allocate(Long.BYTES + bytes.length)
                .putLong(timeMillis)
                .put(bytes)
                .array();
    }

    /// See [CommandCodec#isOfLocks].
    static boolean isOfLocks(byte[] entry) {
        return CommandCodec.isOfLocks(entry, Long.BYTES);
    }

    static StampedCommand decode(byte[] entry) throws MalformedException {
        if (entry.length < Long.BYTES) {
            throw new IllegalArgumentException("an entry of " + entry.length + " bytes");
        }
        return new StampedCommand(
                ByteBuffer.wrap(entry).getLong(),
                CommandCodec.decode(Arrays.copyOfRange(entry, Long.BYTES, entry.length)));
    }
}
