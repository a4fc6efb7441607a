package io.covenant.consensus.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/// What is on its way to the disk, and what arrived there.
///
/// Durability is reported by number, not by log index: an index may be written, overwritten and written
/// again, and a late report of the first write must not pass for the last.
final class Writes {

    private static final class OfEntries {
        private final long number;
        private long upTo;

        OfEntries(long number, long upTo) {
            this.number = number;
            this.upTo = upTo;
        }
    }

    private final Deque<OfEntries> pending = new ArrayDeque<>();
    private HardState state;
    private long stateWrite;
    private long last;
    private long durable;
    private long durableIndex;

    Writes(HardState state, long durableIndex) {
        this.state = state;
        this.durableIndex = durableIndex;
    }

    /// The log is durable up to here.
    long durableIndex() {
        return durableIndex;
    }

    /// Term and vote are durable as they stand.
    boolean stateDurable() {
        return durable >= stateWrite;
    }

    /// What was last given to the disk.
    HardState state() {
        return state;
    }

    long next() {
        return ++last;
    }

    long ofState(HardState newState) {
        state = newState;
        stateWrite = next();
        return stateWrite;
    }

    long ofEntries(long upTo) {
        var number = next();
        pending.addLast(new OfEntries(number, upTo));
        return number;
    }

    void truncatedFrom(long index) {
        durableIndex = Math.min(durableIndex, index - 1);
        pending.forEach(write -> write.upTo = Math.min(write.upTo, index - 1));
    }

    /// Everything up to here is in a durable snapshot.
    void coveredTo(long index) {
        durableIndex = Math.max(durableIndex, index);
    }

    void persisted(long number) {
        if (number > last) {
            throw new IllegalArgumentException("write " + number + " was never asked for");
        }
        durable = Math.max(durable, number);
        while (!pending.isEmpty() && pending.getFirst().number <= number) {
            durableIndex = Math.max(durableIndex, pending.removeFirst().upTo);
        }
    }
}
