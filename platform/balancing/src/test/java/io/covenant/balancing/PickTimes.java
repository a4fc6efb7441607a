package io.covenant.balancing;

import java.util.Arrays;
import java.util.Objects;

/// Measures what a pick and its end cost; run by hand, on a quiet machine, see `docs/balancing.md`.
///
/// Per policy and size it takes the median of many short batches, so that what else the machine does in
/// some of them does not count.
final class PickTimes {

    private static final int BATCHES = 60;
    private static final int PICKS = 20_000;

    private PickTimes() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        System.out.println("policy, instances, weights: ns per pick and end, median (best) of " + BATCHES + " batches");
        for (var policy : Policy.all()) {
            for (int size : new int[] {3, 10, 64, 100, 1_000}) {
                report(policy, size, "equal", new Town(size));
                report(policy, size, "unequal", new Town(Town.cluster(size).weighing(Town.id(1), 7)));
            }
        }
    }

    @SuppressWarnings("SystemOut")
    private static void report(Policy policy, int size, String weights, Town town) {
        var picker = town.picker(policy);
        var keys = new Criteria[1_024];
        Arrays.setAll(keys, i -> Criteria.ANY.key("customer-" + i));
        var nanos = new double[BATCHES];
        for (int batch = -20; batch < BATCHES; batch++) {
            long began = System.nanoTime();
            for (int i = 0; i < PICKS; i++) {
                town.now += 10_000;
                var member = Objects.requireNonNull(picker.pick(keys[i & 1_023], town.now));
                member.ended(Outcome.SUCCESS, 1_000_000, town.now);
            }
            if (batch >= 0) {
                nanos[batch] = (double) (System.nanoTime() - began) / PICKS;
            }
        }
        Arrays.sort(nanos);
        System.out.printf("%-12s %5d %-8s %6.0f (%.0f)%n", policy.label(), size, weights, nanos[BATCHES / 2], nanos[0]);
    }
}
