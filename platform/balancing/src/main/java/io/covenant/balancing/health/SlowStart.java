package io.covenant.balancing.health;

import java.time.Duration;

/// How an instance that came, or came back, grows into its full weight: caches and compilers are cold at
/// first.
///
/// Source: Envoy, "Slow start mode": `weight * max(floor, (age / window) ^ (1 / aggression))`.
///
/// @param window     zero for none
/// @param aggression 1 grows evenly, more grows faster at first
/// @param floor      the share of the weight to begin with
public record SlowStart(Duration window, double aggression, double floor) {

    public static final SlowStart DEFAULTS = new SlowStart(Duration.ofSeconds(10), 1, 0.1);
    public static final SlowStart NONE = new SlowStart(Duration.ZERO, 1, 0.1);

    /// In how many steps it grows.
    private static final int STEPS = 50;

    public SlowStart {
        if (window.isNegative() || !(aggression > 0) || !(floor > 0 && floor <= 1)) {
            throw new IllegalArgumentException("window >= 0, aggression > 0, 0 < floor <= 1");
        }
    }

    /// The percentage of its weight that an instance of this age has.
    public int percent(long ageNanos) {
        if (isWarm(ageNanos)) {
            return 100;
        }
        double grown = StrictMath.pow((double) ageNanos / window.toNanos(), 1 / aggression);
        return (int) Math.round(100 * Math.max(floor, grown));
    }

    public boolean isWarm(long ageNanos) {
        return ageNanos >= window.toNanos();
    }

    /// How long a step of growth lasts.
    public long stepNanos() {
        return Math.max(1_000_000, window.toNanos() / STEPS);
    }
}
