package io.covenant.balancing;

import io.covenant.balancing.chance.Bits;
import io.covenant.balancing.chance.Chance;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything that a pick looks at, worked out beforehand; immutable, replaced as a whole.
///
/// @param selection what it was made for
/// @param roster    what it was made of
/// @param trials    members on trial: each gets a request whenever none is in flight there
/// @param rest      members that get nothing otherwise
/// @param available those that may be stuck to, by id
/// @param home      those of the own zone, or all
/// @param away      those of other zones
/// @param staying   the share that goes home
/// @param panic     whether so few are available that all are used
record Plan(
        Selection selection,
        Roster roster,
        Trials trials,
        LastResort rest,
        Map<String, Member> available,
        @Nullable Chooser home,
        @Nullable Chooser away,
        double staying,
        boolean panic) {

    static final Plan NOBODY = new Plan(
            Selection.by(new Policy.RoundRobin()),
            Roster.empty(""),
            new Trials(new Member[0]),
            LastResort.NOBODY,
            Map.of(),
            null,
            null,
            1,
            false);

    @Nullable
    Member pick(Criteria criteria, long now, Chance chance, @Nullable Trace trace) {
        var special = stuckTo(criteria, now, trace);
        if (special == null) {
            special = trials.pick(criteria, now, trace);
        }
        if (special != null) {
            return special;
        }
        boolean stays = staying >= 1 || (staying > 0 && lot(criteria, chance) < staying);
        var first = stays ? home : away;
        var second = stays ? away : home;
        if (trace != null && !selection.zone().isNone()) {
            trace.zone(selection.zone().zone(), staying, stays);
        }
        var member = first == null ? null : first.choose(criteria, now, trace);
        if (member == null && second != null) {
            member = second.choose(criteria, now, trace);
        }
        return member == null && criteria.isDesperate() ? rest.pick(criteria, now, trace) : member;
    }

    boolean hasSomebody(Criteria criteria) {
        for (var member : available.values()) {
            if (!criteria.excludes(member)) {
                return true;
            }
        }
        return trials.hasSomebody(criteria) || (criteria.isDesperate() && rest.hasSomebody(criteria));
    }

    private @Nullable Member stuckTo(Criteria criteria, long now, @Nullable Trace trace) {
        var id = criteria.sticky();
        var member = id == null ? null : available.get(id);
        if (member == null || criteria.excludes(member)) {
            return null;
        }
        if (trace != null) {
            trace.because("the client sticks to it");
        }
        return member.begin(now);
    }

    /// A key always stays or always leaves.
    private double lot(Criteria criteria, Chance chance) {
        boolean byKey = criteria.isKeyed() && selection.policy() instanceof Policy.ConsistentHash;
        return byKey ? (Bits.mix(~criteria.key()) >>> 11) * 0x1.0p-53 : chance.unit();
    }
}
