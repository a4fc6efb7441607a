package io.covenant.balancing;

import io.covenant.balancing.chance.Chance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// An upstream with a clock that a test moves, and the changes that it told of.
final class Town {

    static final long MILLISECOND = 1_000_000L;
    static final long SECOND = 1_000 * MILLISECOND;

    final List<Change> changes = new ArrayList<>();
    final Upstream upstream;
    long now = SECOND;

    Town(Settings settings, Cluster cluster) {
        this.upstream = new Upstream("orders", settings, Chance.seeded(7), changes::add);
        upstream.update(cluster, now);
    }

    Town(Cluster cluster) {
        this(Settings.DEFAULTS, cluster);
    }

    Town(int instances) {
        this(cluster(instances));
    }

    static Cluster cluster(int instances) {
        return Cluster.of(
                "orders", IntStream.range(0, instances).mapToObj(Town::instance).toArray(Instance[]::new));
    }

    static Instance instance(int number) {
        return Instance.of("%04d".formatted(number), "http://127.0.0.1:" + (8100 + number));
    }

    static String id(int number) {
        return "%04d".formatted(number);
    }

    Picker picker(Policy policy) {
        return upstream.picker(Selection.by(policy));
    }

    /// Where a request goes; it stays in flight.
    Member pick(Picker picker, Criteria criteria) {
        return Objects.requireNonNull(picker.pick(criteria, now), "nobody is left to ask");
    }

    /// A request that ends at once.
    String send(Picker picker, Criteria criteria, Outcome outcome) {
        var member = pick(picker, criteria);
        member.ended(outcome, MILLISECOND, now);
        return member.id();
    }

    Map<String, Integer> send(Picker picker, int requests) {
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < requests; i++) {
            counts.merge(send(picker, Criteria.ANY, Outcome.SUCCESS), 1, Integer::sum);
        }
        return counts;
    }

    /// Requests stuck to one instance that all end so.
    void sendTo(int number, int requests, Outcome outcome) {
        var picker = picker(new Policy.RoundRobin());
        for (int i = 0; i < requests; i++) {
            if (!send(picker, Criteria.ANY.stickingTo(id(number)), outcome).equals(id(number))) {
                return;
            }
        }
    }

    /// Ends requests that a member has already.
    static void end(List<Member> held, Outcome outcome, long now) {
        held.forEach(member -> member.ended(outcome, MILLISECOND, now));
    }
}
