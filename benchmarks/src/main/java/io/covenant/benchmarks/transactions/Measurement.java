package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.ClosedLoop;
import io.covenant.benchmarks.measure.CpuTime;
import io.covenant.benchmarks.measure.Load;
import io.covenant.benchmarks.measure.Turns;
import io.covenant.benchmarks.measure.Work;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Lets the contestants take their turns on the same servers, and looks into the books after each.
final class Measurement {

    /// Pools look at their connections again, caches fill: not part of what is measured.
    private static final Duration RUN_IN = Duration.ofMillis(400);

    /// A backend publishes what it has counted when it becomes idle, but not twice within a second: after this pause a
    /// few more orders make all of them publish.
    private static final Duration BEFORE_PUBLISHING = Duration.ofMillis(1_050);

    private static final Duration PUBLISHING = Duration.ofMillis(150);

    private static final Duration PART_OF_WARM_UP = Duration.ofMillis(500);

    /// The round that comes before the first.
    private static final int WARM_UP = -1;

    /// Until a process that was just started places its first order.
    private static final Duration LONGEST_WAKING = Duration.ofMinutes(2);

    private static final Duration PART_OF_WAKING = Duration.ofMillis(100);

    private static final Duration ONLY_REFUSALS = Duration.ofSeconds(3);

    private final Databases databases;
    private final List<Contestant> contestants;
    private final Options options;
    private final Duration patience;
    private final Consumer<String> progress;

    /// What the books said when the last turn was over: nobody has worked since.
    private @Nullable Books last;

    /// @param patience for what is done after a client was answered
    Measurement(
            Databases databases,
            List<? extends Contestant> contestants,
            Options options,
            Duration patience,
            Consumer<String> progress) {
        this.databases = databases;
        this.contestants = List.copyOf(contestants);
        this.options = options;
        this.patience = patience;
        this.progress = progress;
    }

    /// All turns of all rounds; with a violation in one of them, that one is the last.
    List<Turn> run() throws Exception {
        var turns = new ArrayList<Turn>();
        for (Contestant contestant : contestants) {
            progress.accept("warming up " + contestant.name());
            Turn warmUp = warmUp(contestant);
            if (!warmUp.violations().isEmpty()) {
                tell(warmUp);
                turns.add(warmUp);
                return turns;
            }
        }
        for (int concurrency : options.concurrency()) {
            List<List<Contestant>> rounds = Turns.of(contestants, options.rounds());
            for (int round = 0; round < rounds.size(); round++) {
                for (Contestant contestant : rounds.get(round)) {
                    Turn turn = take(contestant, options.catalogue(), concurrency, round, options.time());
                    turns.add(turn);
                    tell(turn);
                    if (!turn.violations().isEmpty()) {
                        return turns;
                    }
                }
            }
        }
        return turns;
    }

    /// What a refused order costs: a turn of each contestant in which all orders are refused.
    List<Turn> runRefusals() throws Exception {
        var turns = new ArrayList<Turn>();
        for (Contestant contestant : contestants) {
            load(contestant, options.catalogue().soldOut(), options.highestConcurrency(), options.refusalsWarmUp(), -1);
            turns.add(take(contestant, options.catalogue().soldOut(), options.highestConcurrency(), 0, ONLY_REFUSALS));
            tell(turns.getLast());
        }
        return turns;
    }

    private Turn take(Contestant contestant, Catalogue catalogue, int concurrency, int round, Duration time)
            throws Exception {
        // The contestants of one round draw from the same numbers; no two loads of a turn do.
        long seed = 1_000L * concurrency + 10L * round;
        Before before = before(contestant);
        Load runIn = load(contestant, catalogue, concurrency, RUN_IN, seed + 1);

        Cpu cpuBefore = cpu(contestant);
        Load load = load(contestant, catalogue, concurrency, time, seed + 2);
        Cpu cpu = cpu(contestant).since(cpuBefore);

        Load publishing = publish(contestant, catalogue, concurrency, seed + 3);
        return audited(contestant, concurrency, round, load, cpu, List.of(runIn, load, publishing), before);
    }

    /// CPU time in milliseconds.
    ///
    /// @param others of processes and servers that have no part in the turn
    private record Cpu(Counters own, double others) {

        Cpu since(Cpu earlier) {
            return new Cpu(own.since(earlier.own), others - earlier.others);
        }
    }

    private Cpu cpu(Contestant contestant) {
        var mine = contestant.processes().values();
        double others = contestants.stream()
                .flatMap(each -> each.processes().values().stream())
                .distinct()
                .filter(process -> !mine.contains(process))
                .mapToDouble(process -> CpuTime.of(process).toNanos() / 1e6)
                .sum();
        double servers = databases.coordinators().stream()
                .filter(server -> !server.equals(contestant.coordinator(databases)))
                .mapToDouble(server -> server.cpuTime().toNanos() / 1e6)
                .sum();
        return new Cpu(Counters.cpuMillis(databases, contestant), others + servers);
    }

    private record Before(Books books, Counters forcedWrites) {}

    private Before before(Contestant contestant) throws Exception {
        Books books = last == null ? Books.read(databases, contestant.decisions()) : last.with(contestant.decisions());
        return new Before(books, Counters.forcedWrites(databases, contestant));
    }

    private Turn audited(
            Contestant contestant, int concurrency, int round, Load load, Cpu cpu, List<Load> all, Before before)
            throws Exception {
        awaitQuiet(contestant);
        Counters forced = Counters.forcedWrites(databases, contestant).since(before.forcedWrites());
        long committed = all.stream().mapToLong(Load::committed).sum();
        long refused = all.stream().mapToLong(Load::refused).sum();
        long unclear = all.stream().mapToLong(Load::unclear).sum();
        Books books = Books.read(databases, contestant.decisions());
        last = books;
        var violations = new ArrayList<>(books.violations(before.books(), committed, unclear));
        if (!violations.isEmpty()) {
            violations.addAll(Books.oddOrders(databases));
        }
        all.stream()
                .flatMap(each -> each.firstFailure().stream())
                .findFirst()
                .ifPresent(failure -> violations.add("the first that went wrong: " + failure));
        return new Turn(
                contestant.name(),
                concurrency,
                round,
                load,
                cpu.own(),
                cpu.others(),
                committed,
                refused,
                forced,
                violations);
    }

    /// On a busy machine deadlines pass while a process is not compiled yet: what is not placed is no violation now,
    /// unless the books show it.
    private Turn warmUp(Contestant contestant) throws Exception {
        Before before = before(contestant);
        Cpu cpuBefore = cpu(contestant);
        var parts = new ArrayList<>(waking(contestant));
        long deadline = System.nanoTime() + options.longestWarmUp().toNanos();
        long placed = 0;
        for (int part = 0; placed < options.warmUp() && System.nanoTime() - deadline < 0; part++) {
            Load load = load(contestant, options.catalogue(), options.highestConcurrency(), PART_OF_WARM_UP, -part);
            placed += load.committed() + load.refused();
            parts.add(load.withoutUnclear());
        }
        parts.add(publish(contestant, options.catalogue(), options.highestConcurrency(), 1)
                .withoutUnclear());
        Cpu cpu = cpu(contestant).since(cpuBefore);
        return audited(contestant, options.highestConcurrency(), WARM_UP, parts.getLast(), cpu, parts, before);
    }

    /// One order after the other until one is answered and none fails: nothing of a process is compiled yet.
    private List<Load> waking(Contestant contestant) throws InterruptedException {
        var parts = new ArrayList<Load>();
        long deadline = System.nanoTime() + LONGEST_WAKING.toNanos();
        Load part;
        do {
            part = load(contestant, options.catalogue(), 1, PART_OF_WAKING, -1_000_000L - parts.size());
            parts.add(part.withoutUnclear());
        } while ((part.committed() + part.refused() == 0 || part.unclear() > 0) && System.nanoTime() - deadline < 0);
        return parts;
    }

    /// A client may be told the outcome before all branches are; what they do then must not be seen by whoever comes
    /// next. What is never done shows up in the books.
    private void awaitQuiet(Contestant contestant) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!(isQuiet() && contestant.rests()) && System.nanoTime() - deadline < 0) {
            Thread.sleep(100);
        }
    }

    private boolean isQuiet() throws SQLException {
        return Register.unfinished(databases.coordinator()) == 0
                && databases.orders().prepared() == 0
                && databases.inventory().prepared() == 0;
    }

    private static Load publish(Contestant contestant, Catalogue catalogue, int concurrency, long seed)
            throws InterruptedException {
        Thread.sleep(BEFORE_PUBLISHING);
        return load(contestant, catalogue, concurrency, PUBLISHING, seed);
    }

    private static Load load(Contestant contestant, Catalogue catalogue, int concurrency, Duration time, long seed)
            throws InterruptedException {
        Work work = random -> contestant.place(catalogue.next(random));
        return new ClosedLoop(concurrency, seed).run(time, work);
    }

    private void tell(Turn turn) {
        progress.accept("c=%-2d round %d  %-17s %,8.0f tx/s"
                .formatted(
                        turn.concurrency(),
                        turn.round() + 1,
                        turn.contestant(),
                        turn.load().throughput()));
        turn.violations().forEach(violation -> progress.accept("  VIOLATION: " + violation));
    }
}
