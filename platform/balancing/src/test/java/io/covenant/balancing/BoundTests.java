package io.covenant.balancing;

import static io.covenant.balancing.Town.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.balancing.chance.Chance;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundTests {

    /// Requests come and go, a few customers send most of them; at each arrival the bound holds for who
    /// gets it.
    @ParameterizedTest
    @CsvSource({"10, RENDEZVOUS", "64, BY_SIZE", "10, MAGLEV", "100, BY_SIZE"})
    void isNeverExceededUnderZipfKeys(int instances, Policy.Table table) {
        for (long seed = 1; seed <= 5; seed++) {
            var town = new Town(instances);
            var picker = town.picker(new Policy.ConsistentHash(1.25, table));
            var chance = Chance.seeded(seed);
            var keys = new Zipf(10_000, 1.1);
            var held = new ArrayList<Member>();
            for (int i = 0; i < 40_000; i++) {
                var member = town.pick(picker, Criteria.ANY.key("customer-" + keys.draw(chance)));
                held.add(member);
                assertThat(member.inFlight()).isLessThanOrEqualTo(bound(held.size(), instances));
                if (held.size() > 20 * instances || (held.size() > 1 && chance.below(3) == 0)) {
                    end(held, chance.below(held.size()), town.now);
                }
            }
            Town.end(held, Outcome.SUCCESS, town.now);
            assertThat(town.upstream.inFlight()).isZero();
        }
    }

    /// While none ends, it holds for everybody at every instant.
    @Test
    void isNeverExceededByAnybodyWhileRequestsOnlyCome() {
        var town = new Town(10);
        var picker = town.picker(new Policy.ConsistentHash());
        var chance = Chance.seeded(3);
        var keys = new Zipf(10_000, 1.1);
        for (int sent = 1; sent <= 5_000; sent++) {
            town.pick(picker, Criteria.ANY.key("customer-" + keys.draw(chance)));
            int limit = bound(sent, 10);
            for (var each : town.upstream.view(town.now).instances()) {
                assertThat(each.inFlight()).isLessThanOrEqualTo(limit);
            }
        }
    }

    @Test
    void isKeptBySixteenThreads() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            var town = new Town(10);
            var picker = town.picker(new Policy.ConsistentHash());
            var threads = new AtomicInteger();
            PickerTests.threads(16, () -> {
                var chance = Chance.seeded(threads.incrementAndGet());
                var keys = new Zipf(100, 1.1);
                for (int i = 0; i < 500; i++) {
                    town.pick(picker, Criteria.ANY.key("customer-" + keys.draw(chance)));
                }
            });
            assertThat(town.upstream.inFlight()).isEqualTo(8_000);
            assertThat(town.upstream.view(town.now).instances())
                    .allSatisfy(each -> assertThat(each.inFlight()).isLessThanOrEqualTo(1_000));
        }
    }

    @Test
    void dividesByWeight() {
        var town = new Town(Town.cluster(3).weighing(id(0), 2));
        var picker = town.picker(new Policy.ConsistentHash());
        for (int i = 0; i < 4_000; i++) {
            town.pick(picker, Criteria.ANY.key("always the same"));
        }
        var inFlight = town.upstream.view(town.now).instances().stream()
                .map(each -> each.inFlight())
                .toList();
        assertThat(inFlight.get(0)).isLessThanOrEqualTo(2_500);
        assertThat(inFlight.get(1)).isLessThanOrEqualTo(1_250);
        assertThat(inFlight.get(2)).isLessThanOrEqualTo(1_250);
    }

    @Test
    void keepsAKeyWhereItBelongsWhileTheLoadIsEven() {
        var town = new Town(10);
        var picker = town.picker(new Policy.ConsistentHash());
        var owners = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            owners.add(town.send(picker, Criteria.ANY.key("customer-" + i), Outcome.SUCCESS));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(town.send(picker, Criteria.ANY.key("customer-" + i), Outcome.SUCCESS))
                    .isEqualTo(owners.get(i));
        }
        assertThat(owners.stream().distinct()).hasSizeGreaterThan(8);
    }

    /// Requests that hang on an ejected member are none of the others' load.
    @Test
    void doesNotCountWhatHangsElsewhere() {
        var town = new Town(4);
        var picker = town.picker(new Policy.ConsistentHash());
        for (int i = 0; i < 1_000; i++) {
            town.pick(picker, Criteria.ANY.stickingTo(id(0)));
        }
        town.sendTo(0, 5, Outcome.TIMED_OUT);
        for (int sent = 1; sent <= 300; sent++) {
            var member = town.pick(picker, Criteria.ANY.key("always the same"));
            assertThat(member.inFlight()).isLessThanOrEqualTo(bound(sent, 3));
        }
    }

    @Test
    void goesBeyondForARetryThatHasNowhereElseToGo() {
        var town = new Town(2);
        var picker = town.picker(new Policy.ConsistentHash());
        for (int i = 0; i < 10; i++) {
            assertThat(town.pick(picker, Criteria.ANY.without(id(0))).id()).isEqualTo(id(1));
        }
        assertThat(town.upstream.inFlight()).isEqualTo(10);
    }

    @Test
    void theCheckFindsKeysWithoutABound() {
        var town = new Town(10);
        var picker = town.picker(new Policy.ConsistentHash(Policy.ConsistentHash.UNBOUNDED));
        var chance = Chance.seeded(1);
        var keys = new Zipf(10_000, 1.1);
        int most = 0;
        for (int i = 0; i < 5_000; i++) {
            most = Math.max(
                    most,
                    town.pick(picker, Criteria.ANY.key("customer-" + keys.draw(chance)))
                            .inFlight());
        }
        assertThat(most).isGreaterThan(bound(5_000, 10));
    }

    private static int bound(int inFlight, int instances) {
        return (int) Math.ceil(1.25 * inFlight / instances);
    }

    private static void end(List<Member> held, int index, long now) {
        var last = held.removeLast();
        var ended = index < held.size() ? held.set(index, last) : last;
        ended.ended(Outcome.SUCCESS, 1, now);
    }
}
