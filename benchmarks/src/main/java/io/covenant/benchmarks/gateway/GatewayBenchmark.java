package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.measure.Commit;
import io.covenant.benchmarks.measure.Machine;
import io.covenant.benchmarks.measure.Peers;
import io.covenant.benchmarks.measure.Results;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.node.Trees;
import io.covenant.launcher.platform.PlatformHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures the gateway beside other proxies.
@Command(
        name = "gateway",
        description = {
            "This project's gateway, stock Spring Cloud Gateway, bare Reactor Netty, nginx and HAProxy, on one core, in one run.",
            "Gets nginx and HAProxy by benchmarks/peers.sh where they are not there."
        },
        mixinStandardHelpOptions = true)
public final class GatewayBenchmark implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec command;

    @Option(
            names = "--contestants",
            split = ",",
            description = "Some of direct, nginx, haproxy, reactor-netty, stock, covenant, covenant-all (default all).")
    private List<String> contestants = Contestants.NAMES;

    @Option(
            names = "--connections",
            split = ",",
            description = "Requests at once (default 1,8,64,256; quick 1,64; 64 is always among them).")
    private @Nullable List<Integer> connections;

    @Option(
            names = "--percent",
            split = ",",
            description = "Parts of what each reached, by a schedule (default 50,70,90; quick 70; 0 for none).")
    private @Nullable List<Integer> percent;

    @Option(names = "--rounds", description = "Rounds of each contestant with each workload (default 5; quick 1).")
    private @Nullable Integer rounds;

    @Option(names = "--seconds", description = "Of one round (default 3; quick 1).")
    private @Nullable Double seconds;

    @Option(
            names = "--warm-up",
            description =
                    "The most seconds that each JVM is asked before the first round, until its CPU for a request stays the same (default 90; quick 10).")
    private @Nullable Integer warmUp;

    @Option(names = "--open-connections", description = "While memory is looked at (default 1000; quick 0).")
    private @Nullable Integer openConnections;

    @Option(names = "--starts", description = "Of each application, with and without a cache (default 3; quick 0).")
    private @Nullable Integer starts;

    @Option(names = "--quick", description = "Two minutes instead of about twenty-five, and not warm.")
    private boolean quick;

    @Option(
            names = "--jvm-flag",
            description = "One more flag for the JVMs of the proxies, NODE being the contestant; may be repeated.")
    private List<String> jvmFlags = List.of();

    @Option(
            names = "--before",
            description =
                    "The executable jar of another build of the gateway, measured as before-all beside covenant-all.")
    private @Nullable Path before;

    @Option(names = "--results", description = "Where the files go (default benchmarks/results).")
    private @Nullable Path results;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
        PlatformHome home = PlatformHome.current();
        Report report = measure(home, line -> {
            out.println(line);
            out.flush();
        });
        out.println();
        out.println(report.markdown());
        Path directory = results == null ? home.project().resolve("benchmarks").resolve("results") : results;
        out.println("Written to " + write(directory, report) + " and, with every turn, to the .json beside it.");
        out.flush();
        return report.troubles().isEmpty() ? 0 : 1;
    }

    private static Path write(Path directory, Report report) throws IOException {
        return Results.write(directory, "gateway", report.at(), report.markdown(), Figures.json(report));
    }

    private Report measure(PlatformHome home, Consumer<String> progress) throws Exception {
        Options options = options();
        Path state = home.state().resolve("bench").resolve("gateway");
        Servers.endStrays(state);
        Trees.delete(state);
        Files.createDirectories(state);
        Instant at = Instant.now();
        double loadBefore = Machine.load();
        Machine machine = Machine.here(state);
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        Cores cores = Cores.here(path);
        progress.accept(cores.toString());
        cores.takeLoad();
        var peers = new Peers(home.state().resolve("peers"), path);
        fetch(home.project(), peers, options.contestants(), progress);
        var all = new Contestants(home.project(), state.resolve("app"), peers, jvmFlags, before);
        var absent = new ArrayList<String>();
        var described = new LinkedHashMap<String, String>();
        var running = new ArrayList<Proxy>();
        try (Rig rig = Rig.start()) {
            for (String name : options.contestants()) {
                Optional<Recipe> recipe = all.recipe(name);
                if (recipe.isEmpty()) {
                    absent.add(name + " is left out: it is neither on the PATH nor to be had from Debian.");
                    progress.accept(absent.getLast());
                    continue;
                }
                progress.accept("starting " + name);
                running.add(recipe.get().start(rig, cores, Files.createDirectories(state.resolve(name))));
                described.put(name, recipe.get().description());
            }
            var measurement = new Measurement(running, rig, options, progress);
            List<Turn> turns = measurement.run();
            List<Memory> memories = measurement.memory();
            List<Recipe> recipes = running.stream().map(Proxy::recipe).toList();
            running.forEach(Proxy::close);
            running.clear();
            return new Report(
                    at,
                    machine,
                    Commit.of(home.project()),
                    options,
                    described,
                    absent,
                    all.flags(),
                    cores,
                    loadBefore,
                    Machine.load(),
                    turns,
                    memories,
                    startUps(recipes, rig, cores, state, options, progress));
        } finally {
            running.forEach(Proxy::close);
        }
    }

    private static List<StartUp> startUps(
            List<Recipe> recipes, Rig rig, Cores cores, Path state, Options options, Consumer<String> progress)
            throws IOException, InterruptedException {
        var startUps = new ArrayList<StartUp>();
        if (options.starts() > 0) {
            var starting = new StartUps(rig, cores, state, options.starts(), progress);
            for (Recipe recipe : recipes) {
                if (recipe instanceof Recipe.Java application) {
                    startUps.addAll(starting.of(application));
                }
            }
        }
        return startUps;
    }

    /// What is not there and wanted is got, and where that fails the others are measured.
    private static void fetch(Path project, Peers peers, List<String> wanted, Consumer<String> progress)
            throws InterruptedException {
        var missing = new ArrayList<String>();
        if (wanted.contains(Contestants.NGINX) && peers.nginx().isEmpty()) {
            missing.add(Contestants.NGINX);
        }
        if (wanted.contains(Contestants.HAPROXY) && peers.haproxy().isEmpty()) {
            missing.add(Contestants.HAPROXY);
        }
        if (missing.isEmpty()) {
            return;
        }
        progress.accept("getting " + String.join(" and ", missing) + " from Debian");
        var script = new ArrayList<>(List.of(
                "sh",
                project.resolve("benchmarks").resolve("peers.sh").toString(),
                peers.directory().toString()));
        script.addAll(missing);
        try {
            new ProcessBuilder(script).inheritIO().start().waitFor();
        } catch (IOException e) {
            progress.accept("They cannot be got: " + e.getMessage());
        }
    }

    private Options options() {
        var named = new ArrayList<>(contestants);
        if (before != null) {
            named.add(Contestants.BEFORE);
        }
        for (String name : contestants) {
            if (!Contestants.NAMES.contains(name)) {
                throw new ParameterException(
                        Objects.requireNonNull(command).commandLine(), "There is no contestant '" + name + "'.");
            }
        }
        var closed =
                new ArrayList<>((connections == null ? quick ? List.of(1, 64) : List.of(1, 8, 64, 256) : connections)
                        .stream().map(Workload.Closed::new).toList());
        if (!closed.contains(Measurement.CAPACITY)) {
            closed.add(Measurement.CAPACITY);
        }
        var open = new ArrayList<Workload>();
        (percent == null ? quick ? List.of(70) : List.of(50, 70, 90) : percent)
                .stream().filter(part -> part > 0).forEach(part -> open.add(new Workload.Open(part)));
        if (contestants.contains(Contestants.STOCK) && open.contains(new Workload.Open(70))) {
            open.add(new Workload.OfStock(70));
        }
        return new Options(
                named,
                closed,
                open,
                rounds == null ? quick ? 1 : 5 : rounds,
                Duration.ofMillis(Math.round(1_000 * (seconds == null ? quick ? 1 : 3 : seconds))),
                Duration.ofSeconds(warmUp == null ? quick ? 10 : 90 : warmUp),
                openConnections == null ? quick ? 0 : 1_000 : openConnections,
                starts == null ? quick ? 0 : 3 : starts);
    }
}
