package io.covenant.simulation.history;

import java.util.Arrays;
import java.util.List;

/// The operations that a search has put in order so far: a set that is quick to change and small to
/// remember.
///
/// Of the answered operations, in the order of their invocations, all up to some place are in and none far
/// behind it, so that only what lies between needs bits.
final class Linearized {

    /// The answered ones of a set as it was, with the state that it led to.
    static final class Answered<S> {

        private final int full;
        private final long[] between;
        private final S state;
        private final int hash;

        private Answered(int full, long[] between, S state) {
            this.full = full;
            this.between = between;
            this.state = state;
            this.hash = 31 * (31 * full + Arrays.hashCode(between)) + state.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Answered<?> that
                    && hash == that.hash
                    && full == that.full
                    && Arrays.equals(between, that.between)
                    && state.equals(that.state);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final boolean[] isAnswered;
    private final int[] bits;
    private final long[] answered;
    private final long[] unknown;
    private int full;
    private int top = -1;

    Linearized(List<? extends Operation<?, ?>> operations) {
        isAnswered = new boolean[operations.size()];
        bits = new int[operations.size()];
        var answers = 0;
        var unknowns = 0;
        for (var i = 0; i < bits.length; i++) {
            isAnswered[i] = operations.get(i).outcome() instanceof Outcome.Answered;
            bits[i] = isAnswered[i] ? answers++ : unknowns++;
        }
        answered = new long[words(answers)];
        unknown = new long[words(unknowns)];
    }

    void add(int operation) {
        var bit = bits[operation];
        var word = bit >> 6;
        if (!isAnswered[operation]) {
            unknown[word] |= 1L << bit;
            return;
        }
        answered[word] |= 1L << bit;
        top = Math.max(top, word);
        while (full < answered.length && answered[full] == -1L) {
            full++;
        }
    }

    void remove(int operation) {
        var bit = bits[operation];
        var word = bit >> 6;
        if (!isAnswered[operation]) {
            unknown[word] &= ~(1L << bit);
            return;
        }
        answered[word] &= ~(1L << bit);
        full = Math.min(full, word);
        while (top >= 0 && answered[top] == 0) {
            top--;
        }
    }

    boolean contains(int operation) {
        var words = isAnswered[operation] ? answered : unknown;
        return (words[bits[operation] >> 6] & 1L << bits[operation]) != 0;
    }

    <S> Answered<S> answered(S state) {
        return new Answered<>(full, Arrays.copyOfRange(answered, full, Math.max(full, top + 1)), state);
    }

    /// Those of unknown outcome, as bits.
    long[] unknown() {
        return unknown.clone();
    }

    /// Whether the set has all of these and maybe more.
    boolean hasAll(long[] unknowns) {
        for (var i = 0; i < unknowns.length; i++) {
            if ((unknowns[i] & ~unknown[i]) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int words(int bits) {
        return (bits + 63) >> 6;
    }
}
