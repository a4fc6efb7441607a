package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Commit;
import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Results;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.platform.PlatformHome;
import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockClientListener;
import io.covenant.locks.client.LockException;
import io.covenant.locks.client.SessionChange;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Measures how long nobody grants when the primary goes.
@Command(
        name = "locks-failover",
        description = {
            "Kills the primary of the lock service again and again, then asks it to stop,",
            "and measures how long it takes until another node grants."
        },
        mixinStandardHelpOptions = true)
public final class LocksFailOver implements Callable<Integer> {

    private static final Duration AFTER_A_START = Duration.ofMillis(700);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--kills", description = "How often it is killed (default ${DEFAULT-VALUE}).")
    private int kills = 30;

    @Option(names = "--stops", description = "How often it is asked to stop (default ${DEFAULT-VALUE}).")
    private int stops = 10;

    @Option(names = "--clients", description = "That take locks meanwhile (default ${DEFAULT-VALUE}).")
    private int clients = 8;

    @Option(names = "--held", description = "Sessions that hold a lock all the time (default ${DEFAULT-VALUE}).")
    private int held = 20;

    @Option(names = "--quick", description = "Three kills and two stops.")
    private boolean quick;

    @Option(
            names = "--jvm-flag",
            description = "One more flag for the JVMs of the nodes, NODE being its name; may be repeated.")
    private List<String> jvmFlags = List.of();

    @Option(names = "--results", description = "Where the files go (default benchmarks/results).")
    private @Nullable Path results;

    private final List<LockClient> opened = new ArrayList<>();
    private final AtomicInteger sessionsLost = new AtomicInteger();
    private final AtomicInteger locksLost = new AtomicInteger();
    private final AtomicLong pairs = new AtomicLong();
    private volatile boolean over;

    /// A grant of the client that asks without pause.
    private record Sight(long asked, long granted) {}

    private final ConcurrentLinkedQueue<Sight> sights = new ConcurrentLinkedQueue<>();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
        PlatformHome home = PlatformHome.current();
        Path state = home.state().resolve("bench").resolve("locks-failover");
        Servers.endStrays(state);
        Files.createDirectories(state);
        Machine machine = Machine.here(state);
        Instant at = Instant.now();
        var runs = new ArrayList<FailOver>();
        String flags;
        out.println("starting three nodes");
        try (LockNodes nodes = LockNodes.asOfThePlatform(home, state.resolve("covenant"), jvmFlags)) {
            flags = nodes.flags();
            List<Thread> working = new ArrayList<>();
            try {
                for (int i = 0; i < held; i++) {
                    LeasedLock lock = client(nodes, "holder-" + i).acquire("held-" + i);
                    var _ = lock.onLost(why -> locksLost.incrementAndGet());
                }
                for (int i = 0; i < clients; i++) {
                    LockClient client = client(nodes, "busy-" + i);
                    String name = "busy-" + i;
                    working.add(Thread.startVirtualThread(() -> work(client, name)));
                }
                LockClient watching = client(nodes, "watching");
                working.add(Thread.ofPlatform().start(() -> watch(watching)));
                Thread.sleep(quick ? 2_000 : 8_000);
                int abrupt = quick ? 3 : kills;
                int all = abrupt + (quick ? 2 : stops);
                for (int i = 0; i < all; i++) {
                    FailOver run = once(nodes, i < abrupt);
                    runs.add(run);
                    out.printf(
                            "%2d  %s %s: %,.0f ms%s%n",
                            i + 1,
                            run.node(),
                            run.abrupt() ? "killed" : "stopped",
                            run.millis(),
                            run.sessionsLost() + run.locksLost() == 0
                                    ? ""
                                    : ", %d sessions and %d locks lost".formatted(run.sessionsLost(), run.locksLost()));
                    out.flush();
                }
            } finally {
                over = true;
                for (Thread thread : working) {
                    thread.join();
                }
                opened.forEach(LockClient::close);
            }
        }
        var report = new FailOverReport(
                at, machine, Commit.of(home.project()), flags, clients, held, pairs.get(), Machine.load(), runs);
        out.println();
        out.println(report.markdown());
        Path directory = results == null ? home.project().resolve("benchmarks").resolve("results") : results;
        out.println("Written to "
                + Results.write(directory, "locks-failover", at, report.markdown(), report.json())
                + " and, with every run, to the .json beside it.");
        out.flush();
        return report.lost() == 0 ? 0 : 1;
    }

    private FailOver once(LockNodes nodes, boolean abrupt) throws Exception {
        String primary = nodes.primary();
        int sessionsBefore = sessionsLost.get();
        int locksBefore = locksLost.get();
        sights.clear();
        long began = System.nanoTime();
        long nanos;
        if (abrupt) {
            nodes.kill(primary);
            long dead = System.nanoTime();
            nanos = grantAskedAfter(dead) - began;
        } else {
            nodes.askToStop(primary);
            nodes.awaitEnd(primary);
            long ended = System.nanoTime();
            var _ = grantAskedAfter(ended);
            nanos = longestGap(began);
        }
        nodes.start(primary);
        nodes.awaitReady(primary);
        Thread.sleep(AFTER_A_START);
        return new FailOver(
                abrupt, primary, nanos / 1_000, sessionsLost.get() - sessionsBefore, locksLost.get() - locksBefore);
    }

    private long grantAskedAfter(long moment) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (Sight sight : sights) {
                if (sight.asked() - moment >= 0) {
                    return sight.granted();
                }
            }
            Thread.sleep(1);
        }
        throw new IllegalStateException("nobody grants for " + PATIENCE);
    }

    private long longestGap(long since) {
        long last = since;
        long longest = 0;
        for (Sight sight : sights) {
            if (sight.granted() - since > 0) {
                longest = Math.max(longest, sight.granted() - last);
                last = sight.granted();
            }
        }
        return longest;
    }

    private LockClient client(LockNodes nodes, String name) {
        LockClient client = LockClient.builder(nodes.bases())
                .name(name)
                .ttl(LocksBenchmark.TTL)
                .patience(PATIENCE)
                .build()
                .listen(new LockClientListener() {
                    @Override
                    public void sessionChanged(SessionChange change) {
                        if (change.to().ended() && !over) {
                            sessionsLost.incrementAndGet();
                        }
                    }
                });
        opened.add(client);
        return client;
    }

    private void work(LockClient client, String name) {
        while (!over) {
            try {
                client.acquire(name).release();
                pairs.incrementAndGet();
            } catch (LockException failed) {
                // What is lost is counted where sessions end.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void watch(LockClient client) {
        while (!over) {
            long asked = System.nanoTime();
            try {
                LeasedLock lock = client.acquire("watched");
                sights.add(new Sight(asked, System.nanoTime()));
                lock.release();
            } catch (LockException failed) {
                // The next one tells.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
