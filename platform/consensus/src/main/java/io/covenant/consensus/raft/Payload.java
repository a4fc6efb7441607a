package io.covenant.consensus.raft;

import java.util.Arrays;

/// What an entry is for.
public sealed interface Payload {

    /// The first entry of a term: only with it can a leader commit what earlier leaders left.
    record NoOp() implements Payload {}

    /// For the state machine.
    ///
    /// @param bytes belongs to the kernel from here on: nobody changes it
    @SuppressWarnings("ArrayRecordComponent") // compared by content, and never copied
    record Command(byte[] bytes) implements Payload {

        @Override
        public boolean equals(Object other) {
            return other instanceof Command(var others) && Arrays.equals(bytes, others);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Command[" + bytes.length + " bytes]";
        }
    }

    /// The group has these members, from the moment that a node has this in its log.
    record Reconfigure(Members members) implements Payload {}
}
