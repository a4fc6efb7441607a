package io.covenant.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// From pick to end, a request costs no byte.
class AllocationTests {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int PICKS = 20_000;

    static List<Policy> policies() {
        var policies = new ArrayList<>(Policy.all());
        policies.add(new Policy.ConsistentHash(1.25, Policy.Table.MAGLEV));
        policies.add(new Policy.ConsistentHash(Policy.ConsistentHash.UNBOUNDED));
        return policies;
    }

    @ParameterizedTest
    @MethodSource("policies")
    void allocatesNothing(Policy policy) {
        var criteria = Criteria.ANY.key("customer-1");
        var again = criteria.without(Town.id(1)).stickingTo(Town.id(1));
        for (var town : List.of(new Town(10), new Town(weighted()), new Town(uneven()))) {
            var picker = town.picker(policy);
            assertThat(allocated(() -> run(town, picker, criteria))).isZero();
            assertThat(allocated(() -> run(town, picker, again))).isZero();
        }
    }

    @Test
    void theMeasureFindsOneObjectForEachPick() {
        var town = new Town(10);
        var picker = town.picker(new Policy.RoundRobin());
        var kept = new Call[PICKS];
        assertThat(allocated(() -> {
                    for (int i = 0; i < PICKS; i++) {
                        kept[i] = Objects.requireNonNull(picker.call(Criteria.ANY, town.now));
                    }
                }))
                .isGreaterThan(16L * PICKS);
    }

    /// The least of several rounds, as the compiler may allocate in the thread's name while it warms up.
    private static long allocated(Runnable work) {
        var rounds = new ArrayList<Long>();
        for (int round = 0; round < 8; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            work.run();
            rounds.add(THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return Collections.min(rounds);
    }

    private static void run(Town town, Picker picker, Criteria criteria) {
        for (int i = 0; i < PICKS; i++) {
            town.now += 1_000;
            var member = town.pick(picker, criteria);
            if (i % 3 == 0) {
                member.answered(2_000, town.now);
                member.endedAfterAnswer(Outcome.SUCCESS, town.now);
            } else {
                member.ended(i % 7 == 0 ? Outcome.OVERLOADED : Outcome.SUCCESS, 1_000, town.now);
            }
        }
    }

    private static Cluster weighted() {
        return Town.cluster(64).weighing(Town.id(7), 5).weighing(Town.id(9), 11);
    }

    /// Too long a cycle for a table.
    private static Cluster uneven() {
        return Town.cluster(3).weighing(Town.id(0), 1_000_000).weighing(Town.id(1), 999_999);
    }
}
