package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Commit;
import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Peers;
import io.covenant.benchmarks.measure.Results;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.node.Trees;
import io.covenant.launcher.platform.PlatformHome;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures locks beside those of etcd, ZooKeeper and Redis.
@Command(
        name = "locks",
        description = {
            "Locks of this project's service, of etcd, ZooKeeper and Redis, each with its own client, in one run.",
            "benchmarks/peers.sh fetches those servers that do not come from Maven Central."
        },
        mixinStandardHelpOptions = true)
public final class LocksBenchmark implements Callable<Integer> {

    static final Duration TTL = Duration.ofSeconds(10);
    static final Duration JOINING = Duration.ofSeconds(20);

    @Spec
    private @Nullable CommandSpec command;

    @Option(
            names = "--contestants",
            split = ",",
            description = "Some of covenant, covenant-sessions, covenant-http, etcd, zookeeper, redis.")
    private List<String> contestants =
            List.of(OurClient.NAME, OurClient.OF_SESSIONS, BareHttp.NAME, Etcd.NAME, ZooKeepers.NAME, Redis.NAME);

    @Option(
            names = "--own",
            split = ",",
            description = "Clients with locks of their own (default 1,16,64,256; quick 1,64).")
    private @Nullable List<Integer> own;

    @Option(names = "--hot", split = ",", description = "Clients of one lock (default 2,8,32; quick 8).")
    private @Nullable List<Integer> hot;

    @Option(names = "--shared", split = ",", description = "Clients of shared locks (default 32; quick none).")
    private @Nullable List<Integer> shared;

    @Option(names = "--rounds", description = "Rounds of each contestant with each workload (default 5; quick 1).")
    private @Nullable Integer rounds;

    @Option(names = "--seconds", description = "Of one round (default 2; quick 1).")
    private @Nullable Double seconds;

    @Option(
            names = "--warm-up",
            description =
                    "Pairs of each contestant before the first round, with 64 clients, with one, and with eight of one"
                            + " lock, until all is compiled (default 60000, for 12 s at most each; quick 10000, for 2 s).")
    private @Nullable Long warmUp;

    @Option(names = "--idle", description = "Sessions that do nothing (default 1000; quick 0).")
    private @Nullable Integer idle;

    @Option(names = "--quick", description = "Two minutes instead of about fifteen.")
    private boolean quick;

    @Option(
            names = "--jvm-flag",
            description =
                    "One more flag for the JVMs of the lock service's nodes, NODE being its name; may be repeated.")
    private List<String> jvmFlags = List.of();

    @Option(names = "--results", description = "Where the files go (default benchmarks/results).")
    private @Nullable Path results;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec().commandLine().getOut();
        PlatformHome home = PlatformHome.current();
        Path state = home.state().resolve("bench").resolve("locks");
        var peers = new Peers(home.state().resolve("peers"), Objects.requireNonNullElse(System.getenv("PATH"), ""));
        Report report = measure(home.project(), state, peers, line -> {
            out.println(line);
            out.flush();
        });
        out.println();
        out.println(report.markdown());
        Path directory = results == null ? home.project().resolve("benchmarks").resolve("results") : results;
        out.println(
                "Written to " + Results.write(directory, "locks", report.at(), report.markdown(), Figures.json(report))
                        + " and, with every turn, to the .json beside it.");
        out.flush();
        return report.violations().isEmpty() ? 0 : 1;
    }

    private Report measure(Path project, Path state, Peers peers, Consumer<String> progress) throws Exception {
        Options options = options();
        Servers.endStrays(state);
        Trees.delete(state);
        Files.createDirectories(state);
        Instant at = Instant.now();
        double loadBefore = Machine.load();
        Machine machine = Machine.here(state);
        var absent = new ArrayList<String>();
        var running = new ArrayList<LockSystem>();
        LockNodes nodes = null;
        try {
            for (String name : options.contestants()) {
                progress.accept("starting " + name);
                if (nodes == null && name.startsWith(OurClient.NAME)) {
                    nodes = LockNodes.start(project, state.resolve("covenant"), jvmFlags);
                }
                contestant(name, nodes, state.resolve(name), peers)
                        .ifPresentOrElse(running::add, () -> absent.add(absence(name)));
            }
            absent.forEach(progress);
            var measurement = new Measurement(running, options, progress);
            List<Turn> turns = measurement.run();
            List<Idle> idling = measurement.idle();
            var described = new LinkedHashMap<String, Report.Contestant>();
            running.forEach(system ->
                    described.put(system.name(), new Report.Contestant(system.description(), system.durability())));
            var report = new Report(
                    at,
                    machine,
                    Commit.of(project),
                    options,
                    described,
                    absent,
                    nodes == null ? "" : nodes.flags(),
                    loadBefore,
                    Machine.load(),
                    turns,
                    idling);
            return report;
        } finally {
            running.forEach(LockSystem::close);
            if (nodes != null) {
                nodes.close();
            }
        }
    }

    private Optional<LockSystem> contestant(String name, @Nullable LockNodes nodes, Path directory, Peers peers)
            throws Exception {
        return switch (name) {
            case OurClient.NAME -> Optional.of(new OurClient(Objects.requireNonNull(nodes), true));
            case OurClient.OF_SESSIONS -> Optional.of(new OurClient(Objects.requireNonNull(nodes), false));
            case BareHttp.NAME -> Optional.of(new BareHttp(Objects.requireNonNull(nodes)));
            case ZooKeepers.NAME -> Optional.of(ZooKeepers.start(directory));
            case Etcd.NAME -> {
                Optional<Path> program = peers.etcd();
                yield program.isEmpty() ? Optional.empty() : Optional.of(Etcd.start(program.get(), directory));
            }
            case Redis.NAME -> {
                Optional<Path> program = peers.redis();
                if (program.isEmpty()) {
                    yield Optional.empty();
                }
                Map<String, String> environment = peers.environment(program.get());
                yield Optional.of(Redis.start(program.get(), environment, directory));
            }
            default -> throw new ParameterException(spec().commandLine(), "There is no contestant '" + name + "'.");
        };
    }

    private static String absence(String name) {
        return name + " is left out: its server is neither on the PATH nor in .covenant/peers; benchmarks/peers.sh"
                + " fetches it.";
    }

    private Options options() {
        List<Workload> workloads = Stream.of(
                        workloads(Workload.Kind.OWN, own, quick ? List.of(1, 64) : List.of(1, 16, 64, 256)),
                        workloads(Workload.Kind.HOT, hot, quick ? List.of(8) : List.of(2, 8, 32)),
                        workloads(Workload.Kind.SHARED, shared, quick ? List.of() : List.of(32)))
                .flatMap(each -> each)
                .toList();
        return new Options(
                contestants,
                workloads,
                rounds == null ? quick ? 1 : 5 : rounds,
                Duration.ofMillis(Math.round(1_000 * (seconds == null ? quick ? 1 : 2 : seconds))),
                warmUp == null ? quick ? 10_000 : 60_000 : warmUp,
                Duration.ofSeconds(quick ? 6 : 36),
                idle == null ? quick ? 0 : 1_000 : idle,
                TTL.dividedBy(3).multipliedBy(2));
    }

    /// None for a number of clients below one.
    private static Stream<Workload> workloads(
            Workload.Kind kind, @Nullable List<Integer> asked, List<Integer> otherwise) {
        return (asked == null ? otherwise : asked)
                .stream().filter(clients -> clients > 0).map(clients -> new Workload(kind, clients));
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(command);
    }
}
