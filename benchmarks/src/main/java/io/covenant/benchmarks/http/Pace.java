package io.covenant.benchmarks.http;

import java.time.Duration;

/// When requests go out.
public sealed interface Pace {

    /// For how long.
    Duration time();

    /// The next one as soon as the last one is answered: whoever is slow is asked less.
    record Closed(Duration time) implements Pace {}

    /// By a schedule that does not know of answers, as the many who use a service do not know of each other.
    record Open(double perSecond, Duration time) implements Pace {

        public Open {
            if (!(perSecond > 0)) {
                throw new IllegalArgumentException("%f requests a second are none".formatted(perSecond));
            }
        }

        long requests() {
            return Math.round(perSecond * time.toNanos() / 1e9);
        }

        /// When a request is meant to go out, counted from the first.
        long nanosOf(long request) {
            return Math.round(request / perSecond * 1e9);
        }
    }
}
