package io.covenant.benchmarks.measure;

import java.util.List;
import java.util.stream.IntStream;

/// The order in which the contestants take their turns.
public final class Turns {

    private Turns() {}

    /// Round by round: forth in the even ones, back in the odd ones (A B C, C B A, ...), so that whoever comes first or
    /// last gains nothing by it, and a machine that grows slower costs all of them the same.
    public static <T> List<List<T>> of(List<T> contestants, int rounds) {
        return IntStream.range(0, rounds)
                .mapToObj(round -> round % 2 == 0 ? contestants : contestants.reversed())
                .map(List::copyOf)
                .toList();
    }
}
