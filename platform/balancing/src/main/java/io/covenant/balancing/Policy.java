package io.covenant.balancing;

import java.util.List;

/// How one instance is chosen among those that may be.
public sealed interface Policy {

    /// Exactly in turn; weights are ignored, except that 0 gets nothing.
    record RoundRobin() implements Policy {}

    /// In turn by weight, as evenly as it can be done.
    record SmoothWeighted() implements Policy {}

    /// By lot and weight.
    record Random() implements Policy {}

    /// Of two drawn by weight, the one with fewer requests in flight for its weight.
    record LeastLoaded() implements Policy {}

    /// Of two drawn by weight, the one that is likely to answer earlier.
    record PeakEwma() implements Policy {}

    /// The instance that the request's key belongs to, unless it has more than its part of the load. A
    /// request without a key gets a random one.
    ///
    /// While few requests are in flight the bound is one or two of them, so a key leaves its instance
    /// often; choose a wider one where affinity is worth more than evenness.
    ///
    /// @param bound how far above the average an instance may be loaded: 1.25 for a quarter;
    ///              [#UNBOUNDED] for as far as its keys drive it
    /// @param table how keys are looked up
    record ConsistentHash(double bound, Table table) implements Policy {

        public static final double UNBOUNDED = Double.POSITIVE_INFINITY;

        public ConsistentHash {
            if (!(bound > 1)) {
                throw new IllegalArgumentException("the bound is above 1, not " + bound);
            }
        }

        public ConsistentHash() {
            this(1.25, Table.BY_SIZE);
        }

        public ConsistentHash(double bound) {
            this(bound, Table.BY_SIZE);
        }
    }

    /// How keys are looked up.
    enum Table {
        /// Rendezvous up to 64 instances, Maglev above.
        BY_SIZE,
        RENDEZVOUS,
        MAGLEV
    }

    /// One of each, with the usual parameters.
    static List<Policy> all() {
        return List.of(
                new RoundRobin(),
                new SmoothWeighted(),
                new Random(),
                new LeastLoaded(),
                new PeakEwma(),
                new ConsistentHash());
    }

    /// What operators call it.
    default String label() {
        return switch (this) {
            case RoundRobin _ -> "round-robin";
            case SmoothWeighted _ -> "weighted";
            case Random _ -> "random";
            case LeastLoaded _ -> "least-loaded";
            case PeakEwma _ -> "peak-ewma";
            case ConsistentHash _ -> "hash";
        };
    }

    /// @throws IllegalArgumentException when there is none of this label; the message names those that
    ///                                  there are
    static Policy labelled(String label) {
        for (var policy : all()) {
            if (policy.label().equals(label)) {
                return policy;
            }
        }
        throw new IllegalArgumentException("no policy " + label + ", only "
                + String.join(", ", all().stream().map(Policy::label).toList()));
    }
}
