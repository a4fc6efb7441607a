package io.covenant.balancing;

import io.covenant.balancing.hashing.KeyHash;
import io.covenant.balancing.health.Health;
import io.covenant.balancing.load.Gauge;
import io.covenant.balancing.outlier.Reason;
import io.covenant.balancing.outlier.Standing;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What is known of one instance, for as long as it belongs to the service: clusters come and go, a
/// member stays.
///
/// A [Picker] gives it with the request counted as in flight. Its holder ends every request exactly
/// once, by [#ended] or, after [#answered], by [#endedAfterAnswer]; a [Call] sees to that where an
/// object for each request does not matter.
public final class Member {

    private final Upstream upstream;
    private final String id;
    private final long seed;
    private final Gauge gauge;

    private final AtomicInteger inFlight = new AtomicInteger();
    /// Of those in flight, the ones that nothing has come for yet.
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong picks = new AtomicLong();
    private final Map<Outcome, AtomicLong> outcomes = new EnumMap<>(Outcome.class);
    private final AtomicLong good = new AtomicLong();
    private final AtomicLong bad = new AtomicLong();
    private final AtomicInteger gatewayErrorsInRow = new AtomicInteger();
    private final AtomicInteger failuresInRow = new AtomicInteger();
    private final AtomicBoolean trial = new AtomicBoolean();
    private volatile long heardAt;

    // Changed under the upstream's lock only.
    private volatile Instance instance;
    private volatile Standing standing = Standing.clean();
    private volatile Health health = Health.UP;
    private volatile long warmingSince;
    private volatile boolean gone;
    private long recentPicks;
    private long recentMark;

    Member(Upstream upstream, Instance instance, long warmingSince) {
        this.upstream = upstream;
        this.id = instance.id();
        this.seed = KeyHash.of(id);
        this.instance = instance;
        this.gauge = new Gauge(upstream.settings().load());
        this.warmingSince = warmingSince;
        for (var outcome : Outcome.values()) {
            outcomes.put(outcome, new AtomicLong());
        }
    }

    public String id() {
        return id;
    }

    public Instance instance() {
        return instance;
    }

    public int inFlight() {
        return inFlight.get();
    }

    /// The head of a good answer came: notes the latency, while the request stays in flight until its
    /// body has ended.
    public void answered(long latencyNanos, long now) {
        heard(now);
        gauge.answered(latencyNanos, now);
    }

    /// A request ended without [#answered], after so long.
    public void ended(Outcome outcome, long elapsedNanos, long now) {
        switch (outcome) {
            case SUCCESS -> answered(elapsedNanos, now);
            case SERVER_ERROR, GATEWAY_ERROR, OVERLOADED -> {
                heard(now);
                gauge.waitedInVain(elapsedNanos, now);
            }
            case UNREACHABLE, TIMED_OUT, CANCELLED -> {
                waiting.getAndDecrement();
                gauge.waitedInVain(elapsedNanos, now);
            }
        }
        endedAfterAnswer(outcome, now);
    }

    /// A request ended after [#answered].
    public void endedAfterAnswer(Outcome outcome, long now) {
        inFlight.getAndDecrement();
        upstream.left();
        counter(outcome).getAndIncrement();
        if (outcome != Outcome.CANCELLED) {
            gauge.ended(outcome.repels(), now);
            judge(outcome, now);
        }
        if (trial.get()) {
            trial.set(false);
        }
    }

    private void heard(long now) {
        heardAt = now;
        waiting.getAndDecrement();
    }

    private void judge(Outcome outcome, long now) {
        if (!outcome.isGatewayFailure()) {
            cease(gatewayErrorsInRow);
        }
        if (outcome == Outcome.OVERLOADED) {
            return;
        }
        boolean succeeded = outcome == Outcome.SUCCESS;
        (succeeded ? good : bad).getAndIncrement();
        if (succeeded) {
            cease(failuresInRow);
        }
        if (gone) {
            return; // known already, and no reason to keep it out for longer
        }
        if (standing instanceof Standing.Admitted) {
            judgeStreaks(outcome, now);
        } else {
            upstream.heardOf(this, succeeded, now);
        }
    }

    private void judgeStreaks(Outcome outcome, long now) {
        var rules = upstream.settings().outliers();
        if (outcome.isGatewayFailure() && isDue(gatewayErrorsInRow.incrementAndGet(), rules.gatewayErrors())) {
            upstream.eject(this, Reason.GATEWAY_ERRORS, now);
        }
        if (outcome.isFailure() && isDue(failuresInRow.incrementAndGet(), rules.serverErrors())) {
            upstream.eject(this, Reason.SERVER_ERRORS, now);
        }
    }

    /// At the threshold and each multiple of it: an ejection that the largest share forbids is not asked
    /// for every time.
    private static boolean isDue(int inRow, int threshold) {
        return threshold > 0 && inRow % threshold == 0;
    }

    private static void cease(AtomicInteger row) {
        if (row.get() != 0) {
            row.set(0);
        }
    }

    private AtomicLong counter(Outcome outcome) {
        return Objects.requireNonNull(outcomes.get(outcome));
    }

    Member begin(long now) {
        upstream.arrived();
        inFlight.getAndIncrement();
        return begun(now);
    }

    /// Begins unless so many are in flight already; the arrival is counted by the caller.
    boolean beginBelow(int limit, long now) {
        while (true) {
            int current = inFlight.get();
            if (current >= limit) {
                return false;
            }
            if (inFlight.compareAndSet(current, current + 1)) {
                begun(now);
                return true;
            }
        }
    }

    /// Whether it could be given the one request that an instance on trial gets.
    boolean isFreeForTrial() {
        return !trial.get();
    }

    /// Begins the one request that an instance on trial gets.
    boolean beginTrial(long now) {
        if (trial.get() || !trial.compareAndSet(false, true)) {
            return false;
        }
        begin(now);
        return true;
    }

    private Member begun(long now) {
        picks.getAndIncrement();
        if (waiting.getAndIncrement() == 0) {
            heardAt = now;
        }
        return this;
    }

    Gauge gauge() {
        return gauge;
    }

    long seed() {
        return seed;
    }

    Standing standing() {
        return standing;
    }

    Health health() {
        return health;
    }

    long picks() {
        return picks.get();
    }

    long count(Outcome outcome) {
        return counter(outcome).get();
    }

    /// Nobody listens there.
    boolean isGone() {
        return gone;
    }

    boolean isAvailable() {
        return !gone && health.up() && standing instanceof Standing.Admitted;
    }

    boolean isOnTrial() {
        return !gone && health.up() && standing instanceof Standing.OnTrial;
    }

    /// How long it has been growing into its weight.
    long age(long now) {
        return now - warmingSince;
    }

    boolean isSilent(long now) {
        var rules = upstream.settings().outliers();
        return waiting.get() >= rules.silenceWaiting()
                && now - heardAt >= rules.silence().toNanos();
    }

    // Below: under the upstream's lock.

    void become(Instance next) {
        instance = next;
    }

    void stand(Standing next, long now) {
        if (next instanceof Standing.Admitted && !(standing instanceof Standing.Admitted)) {
            warmingSince = now;
            gatewayErrorsInRow.set(0);
            failuresInRow.set(0);
        }
        standing = next;
    }

    void feel(Health next, long now) {
        if (next.up() && !health.up()) {
            warmingSince = now;
        }
        health = next;
    }

    void leave() {
        gone = true;
    }

    void comeBack(long now) {
        gone = false;
        gauge.forgive();
        warmingSince = now;
        gatewayErrorsInRow.set(0);
        failuresInRow.set(0);
    }

    long takeGood() {
        return good.getAndSet(0);
    }

    long takeBad() {
        return bad.getAndSet(0);
    }

    /// Begins a new interval of counting for [#recentPicks].
    void markPicks() {
        long current = picks.get();
        recentPicks = current - recentMark;
        recentMark = current;
    }

    /// Picks of the last interval and of the one that has begun.
    long recentPicks() {
        return recentPicks + picks.get() - recentMark;
    }
}
