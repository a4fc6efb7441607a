package io.covenant.benchmarks.locks;

import java.util.Locale;
import java.util.SplittableRandom;

/// Which locks so many clients take, each again and again: acquire, look whether it is alone, release.
record Workload(Kind kind, int clients) {

    /// How the clients meet.
    enum Kind {
        /// Each has a lock that nobody else wants.
        OWN,
        /// All want the same one.
        HOT,
        /// Eight locks; nine of ten want one together with others, the tenth alone.
        SHARED
    }

    private static final int SHARED_LOCKS = 8;
    private static final double SHARED_PART = 0.9;

    /// One acquisition.
    record Choice(String lock, boolean shared) {}

    Choice choose(int client, SplittableRandom random) {
        return switch (kind) {
            case OWN -> new Choice("own-" + client, false);
            case HOT -> new Choice("hot", false);
            case SHARED -> new Choice("shared-" + random.nextInt(SHARED_LOCKS), random.nextDouble() < SHARED_PART);
        };
    }

    boolean fits(LockSystem system) {
        return kind != Kind.SHARED || system.shares();
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + clients;
    }
}
