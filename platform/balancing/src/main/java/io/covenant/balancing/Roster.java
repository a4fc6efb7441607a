package io.covenant.balancing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cluster with its members, in the same order; immutable, but for what the members themselves know.
final class Roster {

    private final Cluster cluster;
    private final Member[] members;
    /// Those that left and still have requests in flight.
    private final Member[] leaving;

    private Roster(Cluster cluster, Member[] members, Member[] leaving) {
        this.cluster = cluster;
        this.members = members;
        this.leaving = leaving;
    }

    static Roster empty(String service) {
        return new Roster(new Cluster(service, 0, List.of()), new Member[0], new Member[0]);
    }

    /// Members stay who have the same id and address; of an empty roster all newcomers are warm, as
    /// nobody could take their part meanwhile.
    Roster next(Cluster next, Upstream upstream, long now) {
        boolean first = members.length == 0;
        long since = first ? now - upstream.settings().slowStart().window().toNanos() : now;
        var nextMembers = new Member[next.instances().size()];
        for (int i = 0; i < nextMembers.length; i++) {
            var instance = next.instances().get(i);
            var known = find(instance);
            nextMembers[i] = known == null ? new Member(upstream, instance, since) : known;
            nextMembers[i].become(instance);
        }
        var gone = new ArrayList<Member>();
        for (var each : leaving) {
            addBusy(each, gone);
        }
        for (var each : members) {
            if (!has(nextMembers, each)) {
                addBusy(each, gone);
            }
        }
        return new Roster(next, nextMembers, gone.toArray(Member[]::new));
    }

    private static void addBusy(Member member, List<Member> to) {
        if (member.inFlight() > 0) {
            to.add(member);
        }
    }

    private @Nullable Member find(Instance instance) {
        for (var member : members) {
            if (member.id().equals(instance.id()) && member.instance().address().equals(instance.address())) {
                return member;
            }
        }
        return null;
    }

    boolean has(Member member) {
        return has(members, member);
    }

    @SuppressWarnings("ReferenceEquality") // a newcomer of the same id is somebody else
    private static boolean has(Member[] members, Member member) {
        for (var each : members) {
            if (each == member) {
                return true;
            }
        }
        return false;
    }

    Cluster cluster() {
        return cluster;
    }

    Member[] members() {
        return members;
    }

    Member[] leaving() {
        return leaving;
    }
}
