package io.covenant.balancing;

import io.covenant.balancing.outlier.Standing;
import io.covenant.balancing.view.Considered;
import io.covenant.balancing.view.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes down why one pick went as it did; for a request that asks and may know. One for each pick.
public final class Trace {

    private final List<String> reasons = new ArrayList<>();
    private @Nullable Decision decision;

    /// @throws IllegalStateException before the pick
    public Decision decision() {
        if (decision == null) {
            throw new IllegalStateException("nothing was picked with this trace yet");
        }
        return decision;
    }

    void because(String reason) {
        reasons.add(reason);
    }

    void zone(String zone, double staying, boolean stays) {
        reasons.add("%s zone %s, where %.0f %% of the requests go"
                .formatted(stays ? "in" : "not in", zone, 100 * (stays ? staying : 1 - staying)));
    }

    void ofTwo(Member winner, Member loser, double least, double most) {
        reasons.add(
                winner == loser
                        ? "drawn, and with nobody to compare it with"
                        : String.format(
                                Locale.ROOT, "costs %.6g, and %s, drawn beside it, %.6g", least, loser.id(), most));
    }

    void passedOver(Member member, boolean tried, int limit) {
        reasons.add("passing over " + member.id() + (tried ? ", tried before" : ", at its bound of " + limit));
    }

    void finish(Plan plan, @Nullable Member picked, Criteria criteria, long now) {
        if (plan.panic()) {
            reasons.add(0, "too few are available, so all are used");
        }
        var considered = new ArrayList<Considered>();
        for (var member : plan.roster().members()) {
            considered.add(new Considered(
                    member.id(),
                    member.instance().weight(),
                    member.inFlight(),
                    Math.round(member.gauge().latency(now)),
                    member.gauge().failures(now),
                    verdict(plan, member, picked, criteria)));
        }
        decision = new Decision(
                plan.selection().policy().label(),
                picked == null ? "" : picked.id(),
                picked == null ? List.of("nobody is left to ask") : List.copyOf(reasons),
                considered);
    }

    private static String verdict(Plan plan, Member member, @Nullable Member picked, Criteria criteria) {
        var instance = member.instance();
        if (member == picked) {
            return "picked";
        }
        if (criteria.excludes(member)) {
            return "tried before";
        }
        if (instance.weight() == 0) {
            return "weight 0";
        }
        if (instance.draining()) {
            return "draining";
        }
        if (!plan.selection().subset().contains(instance)) {
            return "not of the subset";
        }
        if (member.isGone()) {
            return "nobody listens there";
        }
        if (!member.health().up()) {
            return "down";
        }
        return switch (member.standing()) {
            case Standing.Ejected ejected -> "ejected: " + ejected.reason().meaning();
            case Standing.OnTrial _ -> "on trial";
            case Standing.Admitted _ -> "not picked";
        };
    }
}
