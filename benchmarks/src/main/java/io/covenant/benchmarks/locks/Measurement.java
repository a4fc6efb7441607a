package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Servers;
import io.covenant.benchmarks.measure.Turns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Lets the contestants take their turns, all of them running all the time.
final class Measurement {

    /// Connections are made, caches fill: not part of what is measured.
    private static final Duration RUN_IN = Duration.ofMillis(300);

    private static final Duration PART_OF_WARM_UP = Duration.ofMillis(500);
    /// Many at once, one alone, and hand-offs: none of them has the code compiled that the others need.
    private static final List<Workload> WARM_UP = List.of(
            new Workload(Workload.Kind.OWN, 64),
            new Workload(Workload.Kind.OWN, 1),
            new Workload(Workload.Kind.HOT, 8));

    private static final Workload BESIDE_IDLE = new Workload(Workload.Kind.OWN, 16);
    private static final int JOINING_AT_ONCE = 32;

    /// How a client joins.
    @FunctionalInterface
    private interface Entrance {
        LockUser join(int number) throws Exception;
    }

    private final List<LockSystem> contestants;
    private final Options options;
    private final Consumer<String> progress;

    Measurement(List<? extends LockSystem> contestants, Options options, Consumer<String> progress) {
        this.contestants = List.copyOf(contestants);
        this.options = options;
        this.progress = progress;
    }

    List<Turn> run() throws Exception {
        for (LockSystem contestant : contestants) {
            warmUp(contestant);
        }
        var turns = new ArrayList<Turn>();
        for (Workload workload : options.workloads()) {
            List<List<LockSystem>> rounds = Turns.of(contestants, options.rounds());
            for (int round = 0; round < rounds.size(); round++) {
                for (LockSystem contestant : rounds.get(round)) {
                    if (workload.fits(contestant)) {
                        turns.add(take(contestant, workload, round));
                    }
                }
            }
        }
        return turns;
    }

    private void warmUp(LockSystem contestant) throws Exception {
        long began = System.nanoTime();
        long pairs = 0;
        for (Workload workload : WARM_UP) {
            pairs += warmUp(contestant, workload);
        }
        progress.accept("warmed up %s with %,d pairs in %.1f s"
                .formatted(contestant.name(), pairs, (System.nanoTime() - began) / 1e9));
    }

    private long warmUp(LockSystem contestant, Workload workload) throws Exception {
        long pairs = 0;
        long deadline = System.nanoTime()
                + options.longestWarmUp().dividedBy(WARM_UP.size()).toNanos();
        List<LockUser> users = join(contestant, workload.clients());
        try {
            for (int part = 0; pairs < options.warmUpPairs() && System.nanoTime() - deadline < 0; part++) {
                pairs += Pairs.of(workload, users, PART_OF_WARM_UP, -part).total();
            }
        } finally {
            leave(users);
        }
        return pairs;
    }

    private Turn take(LockSystem contestant, Workload workload, int round) throws Exception {
        long seed = 1_000L * workload.clients() + 10L * round;
        Collection<ProcessHandle> servers = contestant.servers().values();
        List<LockUser> users = join(contestant, workload.clients());
        try {
            Pairs.of(workload, users, RUN_IN, seed + 1);
            Duration clientBefore = Servers.cpu(List.of(ProcessHandle.current()));
            Duration serverBefore = Servers.cpu(servers);
            Pairs pairs = Pairs.of(workload, users, options.time(), seed + 2);
            var turn = new Turn(
                    contestant.name(),
                    workload,
                    round,
                    pairs,
                    Servers.cpu(List.of(ProcessHandle.current())).minus(clientBefore),
                    Servers.cpu(servers).minus(serverBefore));
            tell(turn);
            return turn;
        } finally {
            leave(users);
        }
    }

    /// What sessions cost that do nothing, for those who have them; in rounds of its own, as it takes long.
    List<Idle> idle() throws Exception {
        var costs = new ArrayList<Idle>();
        for (LockSystem contestant : contestants) {
            if (options.idleSessions() > 0 && contestant.hasSessions()) {
                progress.accept("%d idle sessions of %s".formatted(options.idleSessions(), contestant.name()));
                costs.add(idle(contestant));
            }
        }
        return costs;
    }

    private Idle idle(LockSystem contestant) throws Exception {
        Collection<ProcessHandle> servers = contestant.servers().values();
        List<LockUser> working = join(contestant, BESIDE_IDLE.clients());
        List<LockUser> resting = List.of();
        try {
            double without = Pairs.of(BESIDE_IDLE, working, options.time(), 1).perSecond();
            Duration cpuWithout = cpuPerSecond(servers);
            long memory = Servers.memoryKibibytes(servers);
            resting = join(contestant, options.idleSessions(), contestant::joinAlone);
            Thread.sleep(1_000);
            Duration cpu = cpuPerSecond(servers);
            long more = Servers.memoryKibibytes(servers) - memory;
            double with = Pairs.of(BESIDE_IDLE, working, options.time(), 2).perSecond();
            return new Idle(contestant.name(), resting.size(), cpu, cpuWithout, more, with, without);
        } finally {
            leave(resting);
            leave(working);
        }
    }

    private Duration cpuPerSecond(Collection<ProcessHandle> servers) throws InterruptedException {
        long began = System.nanoTime();
        Duration before = Servers.cpu(servers);
        Thread.sleep(options.idleTime());
        double seconds = (System.nanoTime() - began) / 1e9;
        return Duration.ofNanos(Math.round(Servers.cpu(servers).minus(before).toNanos() / seconds));
    }

    private static List<LockUser> join(LockSystem contestant, int users) throws Exception {
        return join(contestant, users, contestant::join);
    }

    private static List<LockUser> join(LockSystem contestant, int users, Entrance entrance) throws Exception {
        var atOnce = new Semaphore(JOINING_AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var joining = new ArrayList<Future<LockUser>>();
            for (int i = 0; i < users; i++) {
                int number = i;
                joining.add(threads.submit(() -> {
                    atOnce.acquire();
                    try {
                        return entrance.join(number);
                    } finally {
                        atOnce.release();
                    }
                }));
            }
            var joined = new ArrayList<LockUser>();
            for (Future<LockUser> user : joining) {
                joined.add(user.get());
            }
            return joined;
        } catch (ExecutionException e) {
            throw new IllegalStateException("no client of " + contestant.name() + " could join", e.getCause());
        }
    }

    private static void leave(List<LockUser> users) {
        var atOnce = new Semaphore(JOINING_AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (LockUser user : users) {
                threads.execute(() -> {
                    atOnce.acquireUninterruptibly();
                    try {
                        user.close();
                    } finally {
                        atOnce.release();
                    }
                });
            }
        }
    }

    private void tell(Turn turn) {
        progress.accept("%-10s round %d  %-13s %,8.0f pairs/s"
                .formatted(
                        turn.workload(),
                        turn.round() + 1,
                        turn.contestant(),
                        turn.pairs().perSecond()));
        turn.violation().ifPresent(violation -> progress.accept("  VIOLATION: " + violation));
        turn.trouble().ifPresent(trouble -> progress.accept("  " + trouble));
    }
}
