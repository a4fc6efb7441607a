package io.covenant.simulation.history;

import io.covenant.simulation.history.Outcome.Answered;
import java.util.Arrays;
import java.util.List;

/// The operations that a search has put in order so far: a set that is quick to change and small to
/// remember.
///
/// Of the answered operations, in the order of their invocations, all up to some place are in and none far
/// behind it, so that only what lies between needs bits.
final class Linearized {

    /// A set as it was, with the state that it led to.
    static final class With<S> {

        private final int full;
        private final long[] between;
        private final long[] unknown;
        private final S state;
        private final int hash;

        private With(int full, long[] between, long[] unknown, S state) {
            this.full = full;
            this.between = between;
            this.unknown = unknown;
            this.state = state;
            this.hash =
                    31 * (31 * (31 * full + Arrays.hashCode(between)) + Arrays.hashCode(unknown)) + state.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof With<?> that
                    && hash == that.hash
                    && full == that.full
                    && Arrays.equals(between, that.between)
                    && Arrays.equals(unknown, that.unknown)
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
            isAnswered[i] = operations.get(i).outcome() instanceof Answered;
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

    <S> With<S> with(S state) {
        return new With<>(full, Arrays.copyOfRange(answered, full, Math.max(full, top + 1)), unknown.clone(), state);
    }

    private static int words(int bits) {
        return (bits + 63) >> 6;
    }
}
