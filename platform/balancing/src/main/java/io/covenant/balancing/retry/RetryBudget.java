package io.covenant.balancing.retry;

import java.time.Duration;
import java.util.Arrays;

/// Allows retries in proportion to requests, so that a failing service is not buried under retries.
///
/// Of the requests of the last window a share may be retried; where there is little traffic, a number
/// per second may. The larger of both counts, not their sum: at volume, and when everything fails, load
/// grows by the share and no more. Thread-safe, allocates nothing.
///
/// Source: Finagle's `RetryBudget` and Linkerd's defaults (20 %, 10 a second, 10 s), which add the two
/// up.
public final class RetryBudget {

    private static final int SLOTS = 10;

    private final double share;
    private final double reserve;
    private final long slotNanos;
    private final long[] requests = new long[SLOTS];
    private final long[] retries = new long[SLOTS];
    private long slot = Long.MIN_VALUE;
    private long requested;
    private long retried;

    /// @param share     of the requests, 0.2 for one in five
    /// @param perSecond what is allowed however few the requests are
    public RetryBudget(double share, double perSecond, Duration window) {
        if (!(share >= 0) || !(perSecond >= 0) || window.toNanos() < SLOTS) {
            throw new IllegalArgumentException("share and reserve are not negative, and the window lasts");
        }
        this.share = share;
        this.reserve = perSecond * window.toNanos() / 1e9;
        this.slotNanos = window.toNanos() / SLOTS;
    }

    public static RetryBudget standard() {
        return new RetryBudget(0.2, 10, Duration.ofSeconds(10));
    }

    /// A request came; its retries are not requests.
    public synchronized void requested(long now) {
        moveTo(now);
        requests[index(slot)]++;
        requested++;
    }

    /// Takes a retry from the budget, if there is one.
    public synchronized boolean tryRetry(long now) {
        moveTo(now);
        if (retried + 1 > Math.max(share * requested, reserve)) {
            return false;
        }
        retries[index(slot)]++;
        retried++;
        return true;
    }

    /// How many retries it would allow right now.
    public synchronized long left(long now) {
        moveTo(now);
        return Math.max(0, (long) Math.max(share * requested, reserve) - retried);
    }

    private void moveTo(long now) {
        long current = Math.floorDiv(now, slotNanos);
        if (slot == Long.MIN_VALUE || current - slot >= SLOTS) {
            Arrays.fill(requests, 0);
            Arrays.fill(retries, 0);
            requested = 0;
            retried = 0;
            slot = current;
        }
        while (slot < current) {
            slot++;
            int old = index(slot);
            requested -= requests[old];
            retried -= retries[old];
            requests[old] = 0;
            retries[old] = 0;
        }
    }

    private static int index(long slot) {
        return (int) Math.floorMod(slot, (long) SLOTS);
    }
}
