package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Commit;
import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Results;
import io.covenant.benchmarks.transactions.Lineup.Tier;
import io.covenant.launcher.node.Mark;
import io.covenant.launcher.node.Trees;
import io.covenant.launcher.platform.PlatformHome;
import io.covenant.launcher.postgres.PostgresSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures orders that take stock in one database and are written to another, all or nothing.
@Command(
        name = "transactions",
        description = {
            "Orders across two databases, each on a PostgreSQL server of its own: by hand, by the platform under",
            "each of its protocols, by other transaction managers; first all in one process, then as services."
        },
        mixinStandardHelpOptions = true)
public final class TransactionsBenchmark implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(90);

    private static final Duration LONGEST_QUICK_WARM_UP = Duration.ofSeconds(15);

    private static final Duration REFUSALS_WARM_UP = Duration.ofSeconds(11);

    /// All pools of all contestants of a table are open at once.
    private static final String MOST_CONNECTIONS = "1000";

    @Spec
    private @Nullable CommandSpec command;

    @Option(
            names = "--tier",
            description = "Only one of the two: ${COMPLETION-CANDIDATES} (default both, one after the other).")
    private @Nullable Tier tier;

    @Option(
            names = "--contestants",
            split = ",",
            description = "Only these, all in one table; ratios are to the first. A wrong name lists them all.")
    private List<String> contestants = List.of();

    @Option(
            names = "--concurrency",
            split = ",",
            description = "Orders under way at once (default 1,8,32,64; quick 1,32).")
    private @Nullable List<Integer> concurrency;

    @Option(names = "--rounds", description = "Rounds of each contestant at each concurrency (default 5; quick 2).")
    private @Nullable Integer rounds;

    @Option(names = "--seconds", description = "Of one round (default 3; quick 1.5).")
    private @Nullable Double seconds;

    @Option(
            names = "--warm-up",
            description =
                    "Orders of each contestant before the first round, until all is compiled (default 30000, for 90 s"
                            + " at most; quick 5000, for 15 s at most).")
    private @Nullable Integer warmUp;

    @Option(names = "--aborts", description = "Of a hundred orders, how many are refused as out of stock (default 0).")
    private int aborts;

    @Option(
            names = "--in-turn",
            description = "Over HTTP, prepare the branches one after the other, as orders do, instead of at once.")
    private boolean inTurn;

    @Option(names = "--hot", description = "Ten customers and ten articles instead of ten thousand of each.")
    private boolean hot;

    @Option(names = "--connections", description = "In every pool (default 64).")
    private int connections = 64;

    @Option(
            names = "--forced-write-delay",
            description = "Milliseconds by which each forced write of the servers takes longer, as on a slower disk"
                    + " (PostgreSQL's commit_delay).")
    private double forcedWriteDelay;

    @Option(names = "--quick", description = "A quarter of an hour instead of seventy minutes; not warm, for a look.")
    private boolean quick;

    @Option(names = "--jvm-flag", description = "One more flag for the services' JVMs; may be repeated.")
    private List<String> jvmFlags = List.of();

    @Option(names = "--results", description = "Where the files go (default benchmarks/results).")
    private @Nullable Path results;

    @Override
    public Integer call() throws Exception {
        int violations = 0;
        for (List<String> names : tables()) {
            violations += run(names);
        }
        return violations == 0 ? 0 : 1;
    }

    private List<List<String>> tables() {
        if (contestants.isEmpty()) {
            return (tier == null ? List.of(Tier.values()) : List.of(tier))
                    .stream().map(Tier::contestants).toList();
        }
        try {
            contestants.forEach(Lineup::requireKnown);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
        }
        return List.of(contestants);
    }

    private int run(List<String> names) throws Exception {
        PrintWriter out = spec().commandLine().getOut();
        Path project = PlatformHome.current().project();
        Path state = PlatformHome.current().state().resolve("bench");
        Report report = measure(project, state, options(names), line -> {
            out.println(line);
            out.flush();
        });
        out.println();
        out.println(report.markdown());
        Path directory = results == null ? project.resolve("benchmarks").resolve("results") : results;
        Path written = Results.write(directory, "transactions", report.at(), report.markdown(), Figures.json(report));
        out.println("Written to " + written + " and, with every turn, to the .json beside it.");
        out.flush();
        return report.violations().size();
    }

    private Report measure(Path project, Path state, Options options, Consumer<String> progress) throws Exception {
        var mark = new Mark(state);
        // What a measurement leaves that was killed.
        mark.strays(Set.of()).forEach(stray -> stray.stop(Duration.ofSeconds(5)));
        Files.createDirectories(state);
        Instant at = Instant.now();
        double loadBefore = Machine.load();
        Machine machine = Machine.here(state);
        progress.accept("starting the PostgreSQL servers");
        boolean clean = false;
        var surroundings = new Lineup.Surroundings(project, state, mark, options.connections(), jvmFlags, inTurn);
        try (Databases databases = Databases.start(state.resolve("servers"), project, settings())) {
            Catalogue.putInto(databases);
            try (var lineup = new Lineup(databases, surroundings)) {
                var running = new ArrayList<Contestant>();
                var absent = new ArrayList<String>();
                for (String name : options.contestants()) {
                    progress.accept("starting " + name);
                    try {
                        running.add(lineup.start(name));
                    } catch (NotToBeHadException e) {
                        absent.add("%s is left out: %s".formatted(name, e.getMessage()));
                        progress.accept(absent.getLast());
                    }
                }
                var measurement = new Measurement(databases, running, options, PATIENCE, progress);
                List<Turn> turns = measurement.run();
                List<Turn> refusals = measurement.runRefusals();
                var report = new Report(
                        at,
                        machine,
                        Commit.of(project),
                        databases.version(),
                        settings().parameters(),
                        options,
                        Report.Entrant.all(running),
                        absent,
                        loadBefore,
                        Machine.load(),
                        turns,
                        refusals);
                clean = report.violations().isEmpty();
                return report;
            }
        } finally {
            if (clean) {
                Trees.delete(state.resolve("servers"));
            } else {
                progress.accept("the databases and the logs are kept in " + state);
            }
        }
    }

    /// Durable, and no faster than was asked for.
    private PostgresSettings settings() {
        PostgresSettings durable = PostgresSettings.durable().with("max_connections", MOST_CONNECTIONS);
        return forcedWriteDelay == 0
                ? durable
                : durable.with(Map.of(
                        "commit_delay", Long.toString(Math.round(forcedWriteDelay * 1_000)), "commit_siblings", "0"));
    }

    private Options options(List<String> names) {
        return new Options(
                names,
                concurrency == null ? quick ? List.of(1, 32) : List.of(1, 8, 32, 64) : concurrency,
                rounds == null ? quick ? 2 : 5 : rounds,
                seconds(seconds == null ? quick ? 1.5 : 3 : seconds),
                warmUp == null ? quick ? 5_000 : 30_000 : warmUp,
                quick ? LONGEST_QUICK_WARM_UP : LONGEST_WARM_UP,
                REFUSALS_WARM_UP,
                hot ? Catalogue.HOT : Catalogue.ALL,
                aborts,
                connections);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1_000));
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(command);
    }
}
