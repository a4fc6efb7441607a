package io.covenant.launcher.cli;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.launcher.load.LoadReport;
import io.covenant.launcher.load.OrderLoad;
import io.covenant.launcher.platform.Persona;
import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.Words;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "load",
        description =
                "Places many random orders, repeats what got no answer, and checks all answers; exits with 1 when one is "
                        + "wrong or missing.")
final class LoadCommand implements Callable<Integer> {

    private static final int WRONG_SHOWN = 10;

    private final Context context;

    @Option(names = "--orders", defaultValue = "500", description = "How many (default: ${DEFAULT-VALUE}).")
    int orders;

    @Option(
            names = "--concurrency",
            defaultValue = "8",
            description = "How many at the same time (default: ${DEFAULT-VALUE}).")
    int concurrency;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = DurationArgument.class,
            defaultValue = "1h",
            description = "At most for so long, for example 30s or 5m.")
    Duration duration = Duration.ZERO;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            split = ",",
            description = "How they are committed, as two-phase; any of several with commas between them.")
    List<String> protocols = List.of();

    LoadCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Platform platform = context.openPlatform();
        LoadPlan plan = LoadPlan.of(orders)
                .withConcurrency(concurrency)
                .forAtMost(duration)
                .under(protocols);
        LoadReport report;
        try (var gateway = new Gateway(platform.gateway(), Duration.ofSeconds(10), platform.token(Persona.CLERK));
                var acknowledged =
                        AcknowledgedOrders.appendingTo(platform.home().acknowledgedOrders())) {
            report = new OrderLoad(gateway, acknowledged, plan).run(this::progress);
        }
        tell(report);
        return report.isClean() ? 0 : 1;
    }

    private void progress(String line) {
        if (context.console().isTerminal()) {
            context.console().out().print("\r" + line + " ");
            context.console().out().flush();
        } else {
            context.console().say(line);
        }
    }

    private void tell(LoadReport report) {
        Console console = context.console();
        console.say("");
        new Table("orders placed", Integer.toString(report.placed()))
                .row("  confirmed", Integer.toString(report.confirmed()))
                .row("    of these cancelled again", Integer.toString(report.cancelled()))
                .row("  refused", report.refusals() + (report.refusals() == 0 ? "" : " " + report.refused()))
                .row("unknown for a while", Integer.toString(report.unknown()))
                .row("  longest until known", Words.seconds(report.longestUnknown()))
                .row("  unknown still", Integer.toString(report.unresolved()))
                .row("requests repeated", Integer.toString(report.repeated()))
                .row("keys sent once more", Integer.toString(report.replayed()))
                .row("wrong answers", Integer.toString(report.wrong().size()))
                .row("took", "%s, %.0f orders/s".formatted(Words.seconds(report.took()), report.perSecond()))
                .row(
                        "latency",
                        "p50 %d ms, p99 %d ms, max %d ms"
                                .formatted(
                                        report.latency(0.5).toMillis(),
                                        report.latency(0.99).toMillis(),
                                        report.latency(1).toMillis()))
                .lines()
                .forEach(console::say);
        report.wrong().stream()
                .limit(WRONG_SHOWN)
                .forEach(wrong -> console.err().println("WRONG: " + wrong));
    }
}
