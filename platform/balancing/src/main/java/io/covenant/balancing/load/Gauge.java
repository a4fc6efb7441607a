package io.covenant.balancing.load;

/// What one instance's answers were like: a peak-sensitive mean of latency, and the recent share of
/// failures.
///
/// A latency above the mean replaces it at once, one below pulls it down slowly; with no news the mean
/// sinks, so that a slow instance is asked again some day. Failures and unanswered requests may raise
/// the mean but never lower it. Thread-safe; a reader may see the value of a moment ago.
///
/// Source: Finagle's peak EWMA (`PeakEwma.scala`).
public final class Gauge {

    /// The last twenty requests or so tell more than the time before, however fast they came.
    private static final double LEAST_NEWS = 0.05;

    private static final double NOTHING = 1e-4;

    /// Less than this is no reason to ask others only: where all are idle, the least difference would decide for ever.
    private static final double UNFELT = 0.01;

    private final double latencyMemory;
    private final double failureMemory;

    private volatile double latency = -1;
    private volatile long latencyAt;
    private volatile double failures;
    private volatile long failuresAt;

    public Gauge(LoadRules rules) {
        this.latencyMemory = rules.latencyMemory().toNanos();
        this.failureMemory = rules.failureMemory().toNanos();
    }

    /// An answer came after this time.
    public synchronized void answered(long nanos, long now) {
        double before = latency;
        if (nanos >= before) {
            latency = nanos;
        } else {
            double keep = kept(now - latencyAt, latencyMemory);
            latency = before * keep + nanos * (1 - keep);
        }
        latencyAt = now;
    }

    /// Nothing came for this time, and now it is over.
    public synchronized void waitedInVain(long nanos, long now) {
        if (nanos >= latency(now)) {
            latency = nanos;
            latencyAt = now;
        }
    }

    /// A request ended, and this says whether it failed by the instance's fault.
    public synchronized void ended(boolean failed, long now) {
        if (!failed && failures == 0) {
            return;
        }
        double weight = Math.max(LEAST_NEWS, 1 - kept(now - failuresAt, failureMemory));
        double next = failures + weight * ((failed ? 1 : 0) - failures);
        failures = next < NOTHING ? 0 : next;
        failuresAt = now;
    }

    /// Whether any latency is known.
    public boolean isKnown() {
        return latency >= 0;
    }

    /// The mean latency in nanoseconds; 0 when nothing is known.
    public double latency(long now) {
        double value = latency;
        return value <= 0 ? 0 : value * kept(now - latencyAt, latencyMemory);
    }

    /// How likely a failure is, from 0 to 1.
    public double failures(long now) {
        double value = failures;
        double left = value == 0 ? 0 : value * kept(now - failuresAt, failureMemory);
        return left < UNFELT ? 0 : left;
    }

    /// Forgets the failures: they were those of somebody who is gone.
    public synchronized void forgive() {
        failures = 0;
    }

    /// What is left of a memory; [StrictMath], so that all machines forget alike.
    private static double kept(long elapsed, double memory) {
        return elapsed <= 0 ? 1 : StrictMath.exp(-elapsed / memory);
    }
}
