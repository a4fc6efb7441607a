package io.covenant.balancing;

import io.covenant.balancing.chance.Chance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Works out a [Plan]: who is open, who of them is available, who is at home, and how the policy chooses
/// among them.
record Planning(
        Upstream upstream,
        Selection selection,
        Settings settings,
        Chance chance,
        AtomicLong turns,
        AtomicLong turnsAway,
        Plan last) {

    Plan plan(Roster roster, long now) {
        var open = open(roster);
        var present = present(open);
        var available = where(present, Member::isAvailable);
        boolean panic = settings.outliers().panics(available.size(), present.size());
        var usable = panic ? present : available;
        var trials = panic ? List.<Member>of() : where(open, Member::isOnTrial);
        var byId = new HashMap<String, Member>();
        for (var member : usable) {
            byId.put(member.id(), member);
        }
        var zone = selection.zone();
        Predicate<Member> isHome =
                member -> zone.isNone() || member.instance().zone().equals(zone.zone());
        var home = where(usable, isHome);
        var away = where(usable, isHome.negate());
        double staying =
                zone.isNone() ? 1 : zone.staying(weight(home), weight(where(open, isHome)), weight(away), weight(open));
        return new Plan(
                selection,
                roster,
                new Trials(trials.toArray(Member[]::new)),
                LastResort.of(open, usable),
                byId,
                chooser(roster, where(open, isHome), home, turns, last.home(), now),
                chooser(roster, where(open, isHome.negate()), away, turnsAway, last.away(), now),
                staying,
                panic);
    }

    /// Without those where nobody listens, unless that is so everywhere.
    static List<Member> present(List<Member> open) {
        var present = where(open, member -> !member.isGone());
        return present.isEmpty() ? open : present;
    }

    private List<Member> open(Roster roster) {
        var all = where(List.of(roster.members()), member -> member.instance().isOpen());
        var chosen = where(all, member -> selection.subset().contains(member.instance()));
        return chosen.isEmpty() && selection.subset().orAny() ? all : chosen;
    }

    private @Nullable Chooser chooser(
            Roster roster,
            List<Member> open,
            List<Member> usable,
            AtomicLong itsTurns,
            @Nullable Chooser before,
            long now) {
        if (usable.isEmpty()) {
            return null;
        }
        var members = usable.toArray(Member[]::new);
        var weights = weights(members, now);
        var group = new Group(members, weights, chance);
        return switch (selection.policy()) {
            case Policy.RoundRobin _, Policy.SmoothWeighted _ -> new InTurn(group, itsTurns);
            case Policy.Random _ -> new ByLot(group);
            case Policy.LeastLoaded _ -> new OfTwo(group, new InFlightCost(settings.load()));
            case Policy.PeakEwma _ -> new OfTwo(group, new LatencyCost(settings.load()));
            case Policy.ConsistentHash hash -> {
                var bound = new Bound(hash.bound(), group, upstream, others(roster, usable));
                yield usesMaglev(hash, open.size())
                        ? ByMaglev.of(group, bound, open.toArray(Member[]::new), before)
                        : new ByRendezvous(group, bound);
            }
        };
    }

    static final int MOST_BY_RENDEZVOUS = 64;

    /// By those that are open, so that an ejection does not change the table.
    private static boolean usesMaglev(Policy.ConsistentHash hash, int open) {
        return switch (hash.table()) {
            case MAGLEV -> true;
            case RENDEZVOUS -> false;
            case BY_SIZE -> open > MOST_BY_RENDEZVOUS;
        };
    }

    /// Whose requests are counted by the upstream and not by this group.
    private static Member[] others(Roster roster, List<Member> usable) {
        var others = new ArrayList<>(List.of(roster.members()));
        others.removeAll(usable);
        others.addAll(List.of(roster.leaving()));
        return others.toArray(Member[]::new);
    }

    private long[] weights(Member[] members, long now) {
        boolean alike = selection.policy() instanceof Policy.RoundRobin;
        var weights = new long[members.length];
        for (int i = 0; i < weights.length; i++) {
            long weight = alike ? 1 : members[i].instance().weight();
            weights[i] = weight * settings.slowStart().percent(members[i].age(now));
        }
        return weights;
    }

    private static long weight(List<Member> members) {
        return members.stream().mapToLong(member -> member.instance().weight()).sum();
    }

    private static List<Member> where(List<Member> members, Predicate<Member> test) {
        return members.stream().filter(test).toList();
    }
}
