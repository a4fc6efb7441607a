package io.covenant.benchmarks.measure;

import java.util.SplittableRandom;

/// One piece of work, done again and again by each of several workers at once.
@FunctionalInterface
public interface Work {

    /// @param random the worker's own source of its choices
    Ending once(SplittableRandom random) throws Exception;
}
