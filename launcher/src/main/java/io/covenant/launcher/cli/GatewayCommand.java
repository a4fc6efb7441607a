package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.GatewayOperators;
import io.covenant.launcher.client.GatewayOperators.How;
import io.covenant.launcher.platform.Persona;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "gateway",
        description =
                "Shows how the gateway shares requests out, and changes it while it runs. Without a subcommand: status.")
final class GatewayCommand implements Callable<Integer> {

    private final Context context;

    private GatewayCommand(Context context) {
        this.context = context;
    }

    static CommandLine in(Context context) {
        return new CommandLine(new GatewayCommand(context))
                .addSubcommand(new Status(context))
                .addSubcommand(new Policy(context))
                .addSubcommand(new Weight(context))
                .addSubcommand(new Drain(context))
                .addSubcommand(new Canary(context));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return new Status(context).call();
    }

    private static GatewayOperators operators(Context context) {
        var platform = context.openPlatform();
        return new GatewayOperators(
                platform.gatewayForOperators(),
                System.getProperty("user.name", "nobody"),
                platform.token(Persona.OPERATOR));
    }

    @Command(name = "status", description = "Shows policies, shares due and actual, and who is ejected and why.")
    static final class Status implements Callable<Integer> {

        private final Context context;

        @Parameters(arity = "0..1", paramLabel = "SERVICE", description = "Only this one: orders, for instance.")
        @Nullable
        String service;

        Status(Context context) {
            this.context = context;
        }

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (var operators = operators(context)) {
                for (var name : names(operators)) {
                    GatewayText.lines(operators.cluster(name), operators.state(name))
                            .forEach(context.console()::say);
                }
            }
            return 0;
        }

        private List<String> names(GatewayOperators operators) throws IOException, InterruptedException {
            return service == null ? operators.clusters().findValuesAsString("service") : List.of(service);
        }
    }

    /// What all changes have in common.
    abstract static class Change implements Callable<Integer> {

        private final Context context;

        @Option(names = "--dry-run", description = "Only shows what would be.")
        boolean dryRun;

        @Option(names = "--force", description = "Also if nobody serves any longer.")
        boolean force;

        Change(Context context) {
            this.context = context;
        }

        final int change(GatewayOperators operators, String service, Consumer<ObjectNode> change)
                throws IOException, InterruptedException {
            var answer = operators.change(service, change, new How(dryRun, force));
            var lines = dryRun
                    ? GatewayText.draft(answer)
                    : GatewayText.lines(operators.cluster(service), operators.state(service));
            lines.forEach(context.console()::say);
            return 0;
        }

        /// The service that a route leads to.
        static String serviceOfRoute(GatewayOperators operators, String route)
                throws IOException, InterruptedException {
            var known = new ArrayList<String>();
            for (JsonNode each : operators.routes()) {
                if (each.path("id").asString("").equals(route)) {
                    return each.path("service").asString("");
                }
                known.add(each.path("id").asString(""));
            }
            throw new LauncherFailure(
                    "There is no route %s; the routes are: %s".formatted(route, String.join(", ", known)));
        }

        /// The service that an instance belongs to.
        static String serviceOf(GatewayOperators operators, String instance) throws IOException, InterruptedException {
            var known = new ArrayList<String>();
            for (JsonNode cluster : operators.clusters()) {
                for (JsonNode each : cluster.path("instances")) {
                    if (each.path("id").asString("").equals(instance)) {
                        return cluster.path("service").asString("");
                    }
                    known.add(each.path("id").asString(""));
                }
            }
            throw new LauncherFailure(
                    "There is no instance %s; the instances are: %s".formatted(instance, String.join(", ", known)));
        }
    }

    @Command(
            name = "policy",
            description = "Chooses a policy: round-robin, weighted, random, least-loaded, peak-ewma or hash.")
    static final class Policy extends Change {

        private final Context context;

        @Parameters(paramLabel = "SERVICE", description = "orders, inventory or coordinator.")
        String service = "";

        @Parameters(paramLabel = "POLICY", description = "Its name.")
        String policy = "";

        @Option(
                names = "--key",
                paramLabel = "KEY",
                description =
                        "What hash goes by: subject, header:NAME, query:NAME, cookie:NAME, path:N or client-ip; several with commas.")
        @Nullable
        String key;

        @Option(names = "--bound", paramLabel = "N", description = "How far above the average hash may load one; 1.25.")
        @Nullable
        Double bound;

        Policy(Context context) {
            super(context);
            this.context = context;
        }

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (var operators = operators(context)) {
                return change(operators, service, settings -> {
                    settings.put("policy", policy);
                    if (key != null) {
                        settings.put("hashKey", key);
                    }
                    if (bound != null) {
                        settings.put("bound", bound);
                    }
                });
            }
        }
    }

    @Command(name = "weight", description = "Sets the weight of an instance; 0 sends it nothing.")
    static final class Weight extends Change {

        private final Context context;

        @Parameters(paramLabel = "INSTANCE", description = "orders-1, for instance.")
        String instance = "";

        @Parameters(paramLabel = "WEIGHT", description = "0 to 1000000.")
        int weight;

        Weight(Context context) {
            super(context);
            this.context = context;
        }

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (var operators = operators(context)) {
                return change(
                        operators,
                        serviceOf(operators, instance),
                        settings -> settings.withObject("/weights").put(instance, weight));
            }
        }
    }

    @Command(name = "drain", description = "Sends an instance nothing new; what is under way there ends in peace.")
    static final class Drain extends Change {

        private final Context context;

        @Parameters(paramLabel = "INSTANCE", description = "orders-1, for instance.")
        String instance = "";

        @Option(names = "--undo", description = "Sends it requests again.")
        boolean undo;

        Drain(Context context) {
            super(context);
            this.context = context;
        }

        @Override
        public Integer call() throws IOException, InterruptedException {
            try (var operators = operators(context)) {
                return change(operators, serviceOf(operators, instance), settings -> {
                    var drained = new ArrayList<String>();
                    settings.path("drained").forEach(each -> drained.add(each.asString("")));
                    drained.remove(instance);
                    if (!undo) {
                        drained.add(instance);
                    }
                    var array = settings.putArray("drained");
                    drained.forEach(array::add);
                });
            }
        }
    }

    @Command(name = "canary", description = "Sends a share of a route's requests to the instances of another version.")
    static final class Canary extends Change {

        private final Context context;

        @Parameters(index = "0", paramLabel = "ROUTE", description = "orders, for instance.")
        String route = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "PERCENT",
                description = "0 to 100; what is not said stays.")
        @Nullable
        Double percent;

        @Option(
                names = "--subset",
                paramLabel = "LABEL=VALUE",
                description = "Which instances: those with this label; several may be given.")
        Map<String, String> subset = Map.of();

        @Option(
                names = "--header",
                paramLabel = "NAME",
                description = "In which a request says always or never, whatever the percentage.")
        @Nullable
        String header;

        @Option(names = "--undo", description = "As the configuration has it.")
        boolean undo;

        Canary(Context context) {
            super(context);
            this.context = context;
        }

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (undo == (percent != null)) {
                throw new LauncherFailure("Say either PERCENT or --undo.");
            }
            try (var operators = operators(context)) {
                return change(operators, serviceOfRoute(operators, route), this::set);
            }
        }

        private void set(ObjectNode settings) {
            var canaries = settings.withObject("/canaries");
            if (percent == null) {
                canaries.remove(route);
                return;
            }
            var canary = canaries.withObjectProperty(route);
            canary.put("percent", percent);
            if (!subset.isEmpty()) {
                var labels = canary.putObject("subset");
                subset.forEach(labels::put);
            }
            if (header != null) {
                canary.put("header", header);
            }
        }
    }
}
