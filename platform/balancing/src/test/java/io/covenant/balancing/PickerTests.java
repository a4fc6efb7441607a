package io.covenant.balancing;

import static io.covenant.balancing.Town.SECOND;
import static io.covenant.balancing.Town.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.balancing.chance.ChiSquare;
import io.covenant.balancing.health.SlowStart;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PickerTests {

    static List<Policy> policies() {
        return Policy.all();
    }

    @Test
    void takesTurnsWithRoundRobinWhateverTheWeights() {
        var town = new Town(Town.cluster(3).weighing(id(1), 1_000));
        assertThat(town.send(town.picker(new Policy.RoundRobin()), 3_000))
                .containsOnly(Map.entry(id(0), 1_000), Map.entry(id(1), 1_000), Map.entry(id(2), 1_000));
    }

    @Test
    void takesTurnsByWeightAsNginxDoes() {
        var town = new Town(Town.cluster(3).weighing(id(0), 5));
        var picker = town.picker(new Policy.SmoothWeighted());
        var sequence = new StringBuilder();
        for (int i = 0; i < 21; i++) {
            sequence.append(town.send(picker, Criteria.ANY, Outcome.SUCCESS).charAt(3));
        }
        // It begins anywhere in the cycle.
        assertThat("0010200".repeat(4)).contains(sequence);
    }

    @Test
    void drawsByWeightWithRandom() {
        var town = new Town(Town.cluster(4).weighing(id(0), 3).weighing(id(3), 10));
        var counts = town.send(town.picker(new Policy.Random()), 200_000);
        var drawn = IntStream.range(0, 4)
                .mapToLong(i -> counts.getOrDefault(id(i), 0))
                .toArray();
        ChiSquare.assertFits(drawn, new long[] {3, 1, 1, 10});
    }

    @ParameterizedTest
    @MethodSource("policies")
    void neverPicksWhoWeighsNothingDrainsOrWasTried(Policy policy) {
        var town = new Town(Town.cluster(5).weighing(id(0), 0).draining(id(1), true));
        var picker = town.picker(policy);
        var criteria = Criteria.ANY.without(id(2));
        for (int i = 0; i < 2_000; i++) {
            assertThat(town.send(picker, criteria.key("key " + i), Outcome.SUCCESS))
                    .isIn(id(3), id(4));
            assertThat(town.send(picker, criteria.stickingTo(id(0)), Outcome.SUCCESS))
                    .isIn(id(3), id(4));
        }
        assertThat(town.send(picker, criteria.without(id(3)), Outcome.SUCCESS)).isEqualTo(id(4));
        assertThat(picker.pick(criteria.without(id(3)).without(id(4)), town.now))
                .isNull();
        assertThat(town.upstream.inFlight()).isZero();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void picksWhoIsNotAvailableWhenARequestHasNobodyElse(Policy policy) {
        var town = new Town(Town.cluster(5).weighing(id(4), 0));
        var picker = town.picker(policy);
        var gone = Town.instance(0);
        town.upstream.gone(gone.id(), gone.address(), town.now);
        town.sendTo(1, 5, Outcome.UNREACHABLE);
        var criteria = Criteria.ANY.key("customer-1").without(id(2)).without(id(3));

        assertThat(picker.pick(criteria, town.now)).isNull();
        assertThat(picker.hasSomebody(criteria, town.now)).isFalse();
        assertThat(picker.hasSomebody(criteria.orWhoeverIsLeft(), town.now)).isTrue();
        var first = town.send(picker, criteria.orWhoeverIsLeft(), Outcome.SUCCESS);
        assertThat(first).as("ejected before gone").isEqualTo(id(1));
        var second = town.send(picker, criteria.orWhoeverIsLeft().without(first), Outcome.SUCCESS);
        assertThat(second).isEqualTo(id(0));
        assertThat(picker.pick(criteria.orWhoeverIsLeft().without(first).without(second), town.now))
                .as("it weighs nothing")
                .isNull();
    }

    @Test
    void saysThatThereIsSomebodyFromTheEndOfAnEjectionOn() {
        var town = new Town(2);
        var picker = town.picker(new Policy.LeastLoaded());
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        var criteria = Criteria.ANY.without(id(1));

        assertThat(picker.hasSomebody(Criteria.ANY, town.now)).isTrue();
        assertThat(picker.hasSomebody(criteria, town.now)).isFalse();
        town.now += 5 * SECOND;
        assertThat(picker.hasSomebody(criteria, town.now)).isTrue();
        assertThat(picker.hasSomebody(Criteria.SAFE.without(id(1)), town.now)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void picksWhoIsAvailableFirst(Policy policy) {
        var town = new Town(3);
        var picker = town.picker(policy);
        town.sendTo(1, 5, Outcome.UNREACHABLE);

        for (int i = 0; i < 200; i++) {
            var criteria = Criteria.ANY.key("key " + i).orWhoeverIsLeft().without(id(0));
            assertThat(town.send(picker, criteria, Outcome.SUCCESS)).isEqualTo(id(2));
        }
    }

    @Test
    void picksTheOneOnTrialAsALastResortThoughARequestIsUnderWayThere() {
        var town = new Town(2);
        var picker = town.picker(new Policy.LeastLoaded());
        town.sendTo(0, 5, Outcome.UNREACHABLE);
        town.now += 5 * SECOND;
        assertThat(town.pick(picker, Criteria.ANY).id()).isEqualTo(id(0));

        var criteria = Criteria.ANY.without(id(1));
        assertThat(picker.hasSomebody(criteria, town.now)).isFalse();
        assertThat(picker.pick(criteria, town.now)).isNull();
        assertThat(town.pick(picker, criteria.orWhoeverIsLeft()).id()).isEqualTo(id(0));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void picksNobodyWhereNobodyIs(Policy policy) {
        var town = new Town(0);
        assertThat(town.picker(policy).pick(Criteria.ANY, town.now)).isNull();
        assertThat(town.picker(policy).call(Criteria.ANY, town.now)).isNull();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void picksTheSameAgainFromTheSameSeed(Policy policy) {
        assertThat(story(policy)).isEqualTo(story(policy));
    }

    private static String story(Policy policy) {
        var town = new Town(Town.cluster(7).weighing(id(2), 9));
        var picker = town.picker(policy);
        var story = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            town.now += 1_000_000;
            var outcome = i % 11 == 0 ? Outcome.TIMED_OUT : Outcome.SUCCESS;
            story.append(town.send(picker, Criteria.ANY, outcome)).append(' ');
        }
        return story.toString();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void givesNothingToWhoLeftFromTheUpdateOn(Policy policy) {
        var town = new Town(5);
        var picker = town.picker(policy);
        town.send(picker, 100);
        town.upstream.update(Town.cluster(3), town.now);
        assertThat(town.send(picker, 300)).containsOnlyKeys(id(0), id(1), id(2));
    }

    @Test
    void goesOnCountingAcrossUpdates() {
        var town = new Town(2);
        var picker = town.picker(new Policy.LeastLoaded());
        var held = town.pick(picker, Criteria.ANY.stickingTo(id(0)));
        town.upstream.update(town.upstream.cluster().weighing(id(0), 5), town.now);
        assertThat(town.pick(picker, Criteria.ANY.stickingTo(id(0)))).isSameAs(held);
        assertThat(held.inFlight()).isEqualTo(2);
        assertThat(held.instance().weight()).isEqualTo(5);
    }

    @Test
    void meetsANewcomerWhereTheAddressIsAnother() {
        var town = new Town(2);
        var picker = town.picker(new Policy.LeastLoaded());
        var held = town.pick(picker, Criteria.ANY.stickingTo(id(0)));
        var moved = Instance.of(id(0), "http://127.0.0.1:9999");
        town.upstream.update(Cluster.of("orders", moved, Town.instance(1)), town.now);
        var now = town.pick(picker, Criteria.ANY.stickingTo(id(0)));
        assertThat(now).isNotSameAs(held);
        assertThat(now.inFlight()).isEqualTo(1);
    }

    @Test
    void sticksAsLongAsTheInstanceIsAvailable() {
        var town = new Town(4);
        var picker = town.picker(new Policy.Random());
        var sticky = Criteria.ANY.stickingTo(id(2));
        for (int i = 0; i < 100; i++) {
            assertThat(town.send(picker, sticky, Outcome.SUCCESS)).isEqualTo(id(2));
        }
        town.upstream.update(town.upstream.cluster().draining(id(2), true), town.now);
        assertThat(town.send(picker, sticky, Outcome.SUCCESS)).isNotEqualTo(id(2));
    }

    @Test
    void choosesWithinASubset() {
        var canary = Map.of("version", "2");
        var town =
                new Town(Cluster.of("orders", Town.instance(0), Town.instance(1).with(canary), Town.instance(2)));
        var picker = town.upstream.picker(Selection.by(new Policy.Random()).among(new Subset(canary, false)));
        assertThat(town.send(picker, 100)).containsOnlyKeys(id(1));
        town.upstream.update(Town.cluster(3), town.now);
        assertThat(picker.pick(Criteria.ANY, town.now)).isNull();
        var orAny = town.upstream.picker(Selection.by(new Policy.Random()).among(new Subset(canary, true)));
        assertThat(town.send(orAny, 100)).hasSize(3);
    }

    @Test
    void staysInItsZoneWhileThatCanCarryTheLoad() {
        var town = new Town(zones());
        var picker = town.upstream.picker(Selection.by(new Policy.RoundRobin()).preferring(ZonePreference.of("a")));
        assertThat(town.send(picker, 1_000)).containsOnlyKeys(id(0), id(1), id(2), id(3));
        // 3 of 4 are left, and each may carry 1.4 times as much.
        town.upstream.update(town.upstream.cluster(), town.now);
        down(town, 0);
        assertThat(town.send(picker, 999)).containsOnlyKeys(id(1), id(2), id(3));
        // 2 of 4: 70 % stay, the rest is spread over zone b.
        down(town, 1);
        var counts = town.send(picker, 100_000);
        assertThat((counts.getOrDefault(id(2), 0) + counts.getOrDefault(id(3), 0)) / 100_000.0)
                .isBetween(0.695, 0.705);
        assertThat(counts.getOrDefault(id(4), 0) / 100_000.0).isBetween(0.072, 0.078);
        down(town, 2);
        down(town, 3);
        assertThat(town.send(picker, 1_000)).containsOnlyKeys(id(4), id(5), id(6), id(7));
    }

    @Test
    void doesNotFloodASmallZoneWithManyCallers() {
        var town = new Town(zones());
        var preference = new ZonePreference("a", 1.4, 0.8);
        var picker = town.upstream.picker(Selection.by(new Policy.Random()).preferring(preference));
        var counts = town.send(picker, 100_000);
        int stayed =
                IntStream.range(0, 4).map(i -> counts.getOrDefault(id(i), 0)).sum();
        // Half of the instances, for four fifths of the callers.
        assertThat(stayed / 100_000.0).isBetween(0.62, 0.63);
    }

    @Test
    void sendsRetriesToAnotherZoneWhenTheOwnOneWasTried() {
        var town = new Town(
                Cluster.of("orders", Town.instance(0).in("a"), Town.instance(1).in("b")));
        var picker = town.upstream.picker(Selection.by(new Policy.LeastLoaded()).preferring(ZonePreference.of("a")));
        assertThat(town.send(picker, Criteria.ANY.without(id(0)), Outcome.SUCCESS))
                .isEqualTo(id(1));
    }

    private static Cluster zones() {
        return Cluster.of(
                "orders",
                IntStream.range(0, 8)
                        .mapToObj(i -> Town.instance(i).in(i < 4 ? "a" : "b"))
                        .toArray(Instance[]::new));
    }

    private static void down(Town town, int number) {
        for (int i = 0; i < 3; i++) {
            town.upstream.probed(id(number), false, town.now);
        }
    }

    @Test
    void letsANewcomerGrowIntoItsPart() {
        var town = new Town(3);
        var picker = town.picker(new Policy.RoundRobin());
        town.upstream.update(Town.cluster(4), town.now);
        var shares = new double[11];
        for (int second = 0; second <= 10; second++) {
            shares[second] = town.send(picker, 10_000).getOrDefault(id(3), 0) / 10_000.0;
            town.now += SECOND;
        }
        // 10 % of a weight beside three whole ones, at last a quarter.
        assertThat(shares[0]).isBetween(0.032, 0.033);
        assertThat(shares[5]).isBetween(0.142, 0.144);
        assertThat(shares[10]).isEqualTo(0.25);
        for (int second = 1; second <= 10; second++) {
            assertThat(shares[second]).isGreaterThanOrEqualTo(shares[second - 1]);
        }
    }

    @Test
    void givesAllTheirWholePartAtOnceWhenAllAreNew() {
        var town = new Town(Settings.DEFAULTS.with(SlowStart.DEFAULTS), Town.cluster(4));
        assertThat(town.upstream.view(town.now).instances())
                .allSatisfy(each -> assertThat(each.warmth()).isEqualTo(100));
    }

    @Test
    void prefersTheLessLoadedOfTwo() {
        var town = new Town(2);
        var picker = town.picker(new Policy.LeastLoaded());
        for (int i = 0; i < 1_000; i++) {
            town.pick(picker, Criteria.ANY);
        }
        assertThat(town.upstream.view(town.now).instances())
                .allSatisfy(each -> assertThat(each.inFlight()).isEqualTo(500));
    }

    @Test
    void loadsByWeight() {
        var town = new Town(Town.cluster(2).weighing(id(0), 3));
        var picker = town.picker(new Policy.LeastLoaded());
        for (int i = 0; i < 4_000; i++) {
            town.pick(picker, Criteria.ANY);
        }
        assertThat(town.upstream.view(town.now).instances().get(0).inFlight()).isBetween(2_950, 3_050);
    }

    @Test
    void sharesOnePickerAmongAllWhoSelectAlike() {
        var town = new Town(2);
        assertThat(town.picker(new Policy.ConsistentHash(1.5))).isSameAs(town.picker(new Policy.ConsistentHash(1.5)));
    }

    @Test
    void knowsPoliciesByTheirLabels() {
        assertThat(Policy.labelled("hash")).isEqualTo(new Policy.ConsistentHash());
        assertThatThrownBy(() -> Policy.labelled("best"))
                .hasMessage("no policy best, only round-robin, weighted, random, least-loaded, peak-ewma, hash");
    }

    @Test
    void countsExactlyAlikeUnderSixteenThreads() throws InterruptedException {
        var town = new Town(7);
        var picker = town.picker(new Policy.RoundRobin());
        threads(16, () -> {
            for (int i = 0; i < 100_000; i++) {
                town.pick(picker, Criteria.ANY).ended(Outcome.SUCCESS, 1, town.now);
            }
        });
        var picks = town.upstream.view(town.now).instances().stream()
                .mapToLong(each -> each.picks())
                .toArray();
        assertThat(Arrays.stream(picks).sum()).isEqualTo(1_600_000);
        assertThat(Arrays.stream(picks).max().orElseThrow()
                        - Arrays.stream(picks).min().orElseThrow())
                .isLessThanOrEqualTo(1);
        assertThat(town.upstream.inFlight()).isZero();
    }

    /// A thousand switches and more while others pick: every pick finds somebody, and what is counted
    /// stays right.
    @Test
    void changesPoliciesWeightsAndMembersUnderLoad() throws InterruptedException {
        var town = new Town(6);
        var switching = new CountDownLatch(1);
        var switches = new AtomicInteger();
        var operator = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 1_500; i++) {
                    var next = i % 3 == 0
                            ? Town.cluster(4 + i % 5)
                            : town.upstream.cluster().weighing(id(i % 4), 1 + i % 7);
                    town.upstream.update(next, town.now);
                    switches.incrementAndGet();
                }
            } finally {
                switching.countDown();
            }
        });
        threads(4, () -> {
            for (int i = 0; switching.getCount() > 0 || i < 1_000; i++) {
                var picker = town.picker(Policy.all().get(i % 6));
                town.pick(picker, Criteria.ANY.key(i)).ended(Outcome.SUCCESS, 1, town.now);
            }
        });
        operator.join();
        assertThat(switches).hasValue(1_500);
        assertThat(town.upstream.inFlight()).isZero();
        town.upstream.update(Town.cluster(4), town.now);
        assertThat(town.send(town.picker(new Policy.RoundRobin()), 4_000).values())
                .containsOnly(1_000);
    }

    static void threads(int count, Runnable work) throws InterruptedException {
        var failures = ConcurrentHashMap.<Throwable>newKeySet();
        var threads = new HashSet<Thread>();
        for (int i = 0; i < count; i++) {
            var thread = Thread.ofVirtual().unstarted(work);
            thread.setUncaughtExceptionHandler((_, failure) -> failures.add(failure));
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        for (var thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
