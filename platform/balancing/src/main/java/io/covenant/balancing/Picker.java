package io.covenant.balancing;

import io.covenant.balancing.chance.Chance;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Picks instances by one [Selection]; made by [Upstream#picker].
public final class Picker {

    private final Upstream upstream;
    private final Selection selection;
    private final Chance chance;
    /// Begins anywhere, so that many processes do not march in step; outlives every plan.
    private final AtomicLong turns;
    private final AtomicLong turnsAway;

    private volatile Plan plan = Plan.NOBODY;

    Picker(Upstream upstream, Selection selection, Chance chance) {
        this.upstream = upstream;
        this.selection = selection;
        this.chance = chance;
        this.turns = new AtomicLong(chance.next());
        this.turnsAway = new AtomicLong(chance.next());
    }

    public Selection selection() {
        return selection;
    }

    /// Picks an instance, and counts the request as in flight there.
    ///
    /// @return `null` when no instance may have it: none is open, or all were tried
    public @Nullable Member pick(Criteria criteria, long now) {
        return pick(criteria, now, null);
    }

    /// @param trace is told why, if somebody wants to know
    public @Nullable Member pick(Criteria criteria, long now, @Nullable Trace trace) {
        if (upstream.isDue(now)) {
            upstream.tick(now);
        }
        var current = plan;
        var member = current.pick(criteria, now, chance, trace);
        if (trace != null) {
            trace.finish(current, member, criteria, now);
        }
        return member;
    }

    /// Picks an instance for a request whose end is kept track of.
    public @Nullable Call call(Criteria criteria, long now) {
        return call(criteria, now, null);
    }

    /// @param trace is told why, if somebody wants to know
    public @Nullable Call call(Criteria criteria, long now, @Nullable Trace trace) {
        var member = pick(criteria, now, trace);
        return member == null ? null : new Call(member, now);
    }

    /// Whether there is somebody for these criteria, right now; the next [pick][#pick] may still find nobody.
    public boolean hasSomebody(Criteria criteria, long now) {
        if (upstream.isDue(now)) {
            upstream.tick(now);
        }
        return plan.hasSomebody(criteria);
    }

    /// Under the upstream's lock.
    void plan(Roster roster, Settings settings, long now) {
        plan = new Planning(upstream, selection, settings, chance, turns, turnsAway, plan).plan(roster, now);
    }
}
