package io.covenant.consensus.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// How many commands a second a group of three agrees on, with forced logs over the real transport; and how
/// long it is without a leader when the leader is killed or closed. Run by hand:
///
/// `java -cp target/classes:target/test-classes:... io.covenant.consensus.node.NodeMeasurement [directory] [kills]`
final class NodeMeasurement {

    private static final long TURN_NANOS = 3_000_000_000L;
    private static final int ROUNDS = 3;
    private static final int COMMAND_BYTES = 25;

    private NodeMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        var directory = Path.of(arguments.length > 0 ? arguments[0] : "target/measured-node");
        var kills = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30;
        Files.createDirectories(directory);
        throughput(Files.createTempDirectory(directory, "nodes"));
        failOver(Files.createTempDirectory(directory, "processes"), kills, true);
        failOver(Files.createTempDirectory(directory, "processes"), kills / 3, false);
        System.exit(0);
    }

    private static void throughput(Path directory) throws IOException, InterruptedException {
        System.out.printf("| in flight | proposals/s | p50 ms | p99 ms | reads/s |%n|---|---|---|---|---|%n");
        try (var cluster =
                new Cluster(directory, NodeSettings.standard("measured", "any"), 10_000).founded("a", "b", "c")) {
            for (var inFlight : List.of(1, 16, 64, 256)) {
                var rates = new double[ROUNDS];
                var reads = new double[ROUNDS];
                var times = new long[0];
                for (var round = -1; round < ROUNDS; round++) {
                    var leader = cluster.leader().node();
                    var turn = new Turn(inFlight);
                    var rate = turn.run(() -> leader.propose(new byte[COMMAND_BYTES])
                            .thenAccept(outcome -> turn.require(outcome instanceof Outcome.Applied)));
                    var reading = new Turn(inFlight);
                    var readRate = reading.run(() ->
                            leader.read(() -> 1).thenAccept(read -> reading.require(read instanceof Reading.Value)));
                    if (round >= 0) {
                        rates[round] = rate;
                        reads[round] = readRate;
                        times = concat(times, turn.times());
                    }
                }
                Arrays.sort(rates);
                Arrays.sort(reads);
                Arrays.sort(times);
                System.out.printf(
                        Locale.ROOT,
                        "| %d | %,.0f | %.2f | %.2f | %,.0f |%n",
                        inFlight,
                        rates[ROUNDS / 2],
                        times[times.length / 2] / 1e6,
                        times[(int) (times.length * 0.99)] / 1e6,
                        reads[ROUNDS / 2]);
            }
        }
    }

    private static long[] concat(long[] one, long[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /// So many at once, for a while.
    private static final class Turn {

        private final int inFlight;
        private final Semaphore room;
        private final long[] times = new long[2_000_000];
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();

        Turn(int inFlight) {
            this.inFlight = inFlight;
            this.room = new Semaphore(inFlight);
        }

        double run(Supplier<CompletableFuture<?>> ask) throws InterruptedException {
            var began = System.nanoTime();
            while (System.nanoTime() - began < TURN_NANOS) {
                room.acquire();
                var asked = System.nanoTime();
                var _ = ask.get().whenComplete((_, _) -> {
                    times[count.getAndIncrement() % times.length] = System.nanoTime() - asked;
                    room.release();
                });
            }
            room.acquire(inFlight);
            if (failures.get() > 0) {
                System.out.println("not done: " + failures);
            }
            return count.get() * 1e9 / (System.nanoTime() - began);
        }

        void require(boolean done) {
            if (!done) {
                failures.incrementAndGet();
            }
        }

        long[] times() {
            return Arrays.copyOf(times, Math.min(times.length, count.get()));
        }
    }

    static void failOver(Path directory, int times, boolean kill) throws Exception {
        var gaps = new double[times];
        try (var group = new ProcessGroup(directory)) {
            group.leader();
            var lanes = IntStream.range(0, 4)
                    .mapToObj(number -> new Lane(group, "lane" + number))
                    .toList();
            for (var time = 0; time < times; time++) {
                Thread.sleep(1500);
                var leader = group.leader();
                var began = System.nanoTime();
                if (kill) {
                    leader.kill();
                } else {
                    leader.end();
                }
                gaps[time] = (firstSuccess(lanes, leader.name, began) - began) / 1e6;
                while (leader.isAlive()) {
                    Thread.sleep(1);
                }
                group.start(leader.name);
            }
            for (var lane : lanes) {
                lane.end();
            }
        }
        Arrays.sort(gaps);
        System.out.printf(
                Locale.ROOT,
                "%s %d times: without success for p50 %.0f ms, p90 %.0f ms, most %.0f ms%n",
                kill ? "killed" : "closed",
                times,
                gaps[times / 2],
                gaps[times * 9 / 10],
                gaps[times - 1]);
    }

    /// When somebody first heard of success from another than this leader.
    private static long firstSuccess(List<Lane> lanes, String old, long began) throws InterruptedException {
        while (true) {
            var first = lanes.stream()
                    .map(Lane::last)
                    .filter(success -> !success.by().equals(old) && success.nanos() - began > 0)
                    .mapToLong(Lane.Success::nanos)
                    .min();
            if (first.isPresent()) {
                return first.getAsLong();
            }
            Thread.sleep(1);
        }
    }
}
