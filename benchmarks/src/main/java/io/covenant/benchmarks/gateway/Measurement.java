package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.http.Answers;
import io.covenant.benchmarks.http.HttpLoad;
import io.covenant.benchmarks.http.Pace;
import io.covenant.benchmarks.measure.CpuTime;
import io.covenant.benchmarks.measure.Spread;
import io.covenant.benchmarks.measure.Turns;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Lets the proxies take their turns, all of them running all the time and only one of them asked.
final class Measurement {

    /// The workload whose throughput counts as what a proxy can do.
    static final Workload.Closed CAPACITY = new Workload.Closed(64);

    /// As many as may be under way by a schedule; what comes then waits, and its wait counts.
    private static final int CONNECTIONS_BY_SCHEDULE = 256;

    private static final Duration RUN_IN = Duration.ofMillis(300);
    private static final Duration WINDOW = Duration.ofSeconds(3);
    /// Two windows whose CPU differs by less follow one another when all is compiled.
    private static final double STILL_CHANGING = 0.03;
    /// Before that it may stay the same for a while because the compiler has not come to it.
    private static final long FEWEST_TO_BE_WARM = 100_000;

    private final List<Proxy> proxies;
    private final Rig rig;
    private final Options options;
    private final Consumer<String> progress;
    private final List<Turn> turns = new ArrayList<>();
    private final Map<String, Double> capacities = new HashMap<>();

    Measurement(List<Proxy> proxies, Rig rig, Options options, Consumer<String> progress) {
        this.proxies = List.copyOf(proxies);
        this.rig = rig;
        this.options = options;
        this.progress = progress;
    }

    List<Turn> run() throws IOException, InterruptedException {
        for (Proxy proxy : proxies) {
            if (proxy.recipe().isCompiledWhileItRuns()) {
                warmUp(proxy);
            }
        }
        for (Workload.Closed workload : options.closed()) {
            rounds(workload);
        }
        for (Workload workload : options.open()) {
            rounds(workload);
        }
        return List.copyOf(turns);
    }

    private void warmUp(Proxy proxy) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long requests = 0;
        double last = 0;
        int still = 0;
        try (HttpLoad load = rig.connect(proxy.port(), CAPACITY.connections())) {
            while ((still < 2 || requests < FEWEST_TO_BE_WARM)
                    && System.nanoTime() - began < options.longestWarmUp().toNanos()) {
                Turn window = measured(proxy, CAPACITY, -1, load, new Pace.Closed(WINDOW));
                requests += window.answers().good();
                double now = proxy.recipe() instanceof Recipe.Direct ? window.loadCpuMicros() : window.cpuMicros();
                still = Math.abs(now - last) < STILL_CHANGING * last ? still + 1 : 0;
                last = now;
            }
        }
        proxy.emptyLog();
        progress.accept("warmed up %s with %,d requests in %.0f s, %.1f us of CPU each in the end%s"
                .formatted(
                        proxy.name(),
                        requests,
                        (System.nanoTime() - began) / 1e9,
                        last,
                        still < 2 || requests < FEWEST_TO_BE_WARM ? ", NOT WARM YET" : ""));
    }

    private void rounds(Workload workload) throws IOException, InterruptedException {
        List<List<Proxy>> rounds = Turns.of(proxies, options.rounds());
        for (int round = 0; round < rounds.size(); round++) {
            for (Proxy proxy : rounds.get(round)) {
                turns.add(take(proxy, workload, round));
                proxy.emptyLog();
            }
        }
    }

    private Turn take(Proxy proxy, Workload workload, int round) throws IOException, InterruptedException {
        Pace pace = pace(proxy, workload, options.time());
        int connections = workload instanceof Workload.Closed(var atOnce) ? atOnce : CONNECTIONS_BY_SCHEDULE;
        try (HttpLoad load = rig.connect(proxy.port(), connections)) {
            load.run(pace(proxy, workload, RUN_IN));
            Turn turn = measured(proxy, workload, round, load, pace);
            tell(turn);
            return turn;
        }
    }

    private Pace pace(Proxy proxy, Workload workload, Duration time) {
        return switch (workload) {
            case Workload.Closed _ -> new Pace.Closed(time);
            case Workload.Open(var percent) -> new Pace.Open(capacity(proxy.name()) * percent / 100, time);
            case Workload.OfStock(var percent) -> new Pace.Open(capacity(Contestants.STOCK) * percent / 100, time);
        };
    }

    /// The median of what it reached.
    private double capacity(String contestant) {
        return capacities.computeIfAbsent(
                contestant,
                _ -> Spread.of(turns.stream()
                                .filter(turn -> turn.contestant().equals(contestant)
                                        && turn.workload().equals(CAPACITY))
                                .map(turn -> turn.answers().perSecond())
                                .toList())
                        .median());
    }

    private static Turn measured(Proxy proxy, Workload workload, int round, HttpLoad load, Pace pace)
            throws InterruptedException {
        ProcessHandle self = ProcessHandle.current();
        Duration loadBefore = CpuTime.of(self);
        Duration before = proxy.cpu();
        Answers answers = load.run(pace);
        return new Turn(
                proxy.name(),
                workload,
                round,
                answers,
                proxy.cpu().minus(before),
                CpuTime.of(self).minus(loadBefore));
    }

    private void tell(Turn turn) {
        progress.accept("%-14s round %d  %-16s %7.1f us  %,8.0f requests/s  p50 %6.2f ms  p99 %7.2f ms"
                .formatted(
                        turn.workload(),
                        turn.round() + 1,
                        turn.contestant(),
                        turn.cpuMicros(),
                        turn.answers().perSecond(),
                        turn.answers().latencyMillis(50),
                        turn.answers().latencyMillis(99)));
        turn.trouble().ifPresent(trouble -> progress.accept("  " + trouble));
    }

    /// What many connections cost that are used now and then; after [#run].
    List<Memory> memory() throws IOException, InterruptedException {
        var memories = new ArrayList<Memory>();
        for (Proxy proxy : proxies) {
            if (options.connections() > 0 && !(proxy.recipe() instanceof Recipe.Direct)) {
                memories.add(memory(proxy));
                proxy.emptyLog();
            }
        }
        return memories;
    }

    private Memory memory(Proxy proxy) throws InterruptedException {
        long before = proxy.memoryKibibytes();
        try (HttpLoad load = rig.connect(proxy.port(), options.connections())) {
            Answers answers =
                    load.run(new Pace.Open(options.connections(), options.time().multipliedBy(2)));
            var memory = new Memory(proxy.name(), options.connections(), before, proxy.memoryKibibytes());
            progress.accept("%s: %d MiB, %d MiB with %d connections, %d of %d requests answered"
                    .formatted(
                            proxy.name(),
                            memory.beforeKibibytes() / 1_024,
                            memory.withKibibytes() / 1_024,
                            memory.connections(),
                            answers.good(),
                            answers.good() + answers.bad()));
            return memory;
        }
    }
}
