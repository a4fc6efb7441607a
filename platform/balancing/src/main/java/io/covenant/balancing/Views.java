package io.covenant.balancing;

import io.covenant.balancing.outlier.Standing;
import io.covenant.balancing.view.EjectionView;
import io.covenant.balancing.view.InstanceState;
import io.covenant.balancing.view.InstanceView;
import io.covenant.balancing.view.UpstreamView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Shows a roster to operators.
record Views(Settings settings, List<Member> users, long dueTotal, long picksTotal, long now) {

    static UpstreamView of(Roster roster, Settings settings, long now) {
        var members = List.of(roster.members());
        var open = members.stream().filter(each -> each.instance().isOpen()).toList();
        var present = Planning.present(open);
        var available = present.stream().filter(Member::isAvailable).toList();
        boolean panic = settings.outliers().panics(available.size(), present.size());
        var users = panic ? present : available;
        var views = new Views(
                settings,
                users,
                users.stream().mapToLong(each -> weight(each, settings, now)).sum(),
                members.stream().mapToLong(Member::recentPicks).sum(),
                now);
        return new UpstreamView(
                roster.cluster().service(),
                roster.cluster().version(),
                panic,
                members.stream().mapToInt(Member::inFlight).sum(),
                members.stream().map(views::instance).toList());
    }

    private static long weight(Member member, Settings settings, long now) {
        return (long) member.instance().weight() * settings.slowStart().percent(member.age(now));
    }

    private InstanceView instance(Member member) {
        var instance = member.instance();
        boolean used = users.contains(member);
        return new InstanceView(
                instance.id(),
                instance.address(),
                instance.zone(),
                instance.weight(),
                state(member),
                settings.slowStart().percent(member.age(now)),
                used ? (double) weight(member, settings, now) / dueTotal : 0,
                picksTotal == 0 ? 0 : (double) member.recentPicks() / picksTotal,
                member.picks(),
                member.inFlight(),
                Duration.ofNanos(Math.round(member.gauge().latency(now))),
                member.gauge().failures(now),
                outcomes(member),
                member.standing().times(),
                ejection(member.standing()));
    }

    private InstanceState state(Member member) {
        var instance = member.instance();
        if (instance.draining()) {
            return InstanceState.DRAINING;
        }
        if (instance.weight() == 0) {
            return InstanceState.IDLE;
        }
        if (member.isGone()) {
            return InstanceState.GONE;
        }
        if (!member.health().up()) {
            return InstanceState.DOWN;
        }
        return switch (member.standing()) {
            case Standing.Ejected _ -> InstanceState.EJECTED;
            case Standing.OnTrial _ -> InstanceState.ON_TRIAL;
            case Standing.Admitted _ ->
                settings.slowStart().isWarm(member.age(now)) ? InstanceState.AVAILABLE : InstanceState.WARMING;
        };
    }

    private @Nullable EjectionView ejection(Standing standing) {
        return standing instanceof Standing.Ejected ejected
                ? new EjectionView(
                        ejected.reason().name(),
                        ejected.reason().meaning(),
                        Duration.ofNanos(now - ejected.since()),
                        Duration.ofNanos(Math.max(0, ejected.until() - now)))
                : null;
    }

    private static Map<String, Long> outcomes(Member member) {
        var outcomes = new TreeMap<String, Long>();
        for (var outcome : Outcome.values()) {
            outcomes.put(outcome.name(), member.count(outcome));
        }
        return outcomes;
    }
}
