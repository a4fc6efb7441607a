package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Changes;
import io.covenant.launcher.client.Coordinators;
import io.covenant.launcher.platform.Persona;
import io.covenant.transactions.replay.Verdict;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "tx",
        description = {
            "Shows the transactions that are not over, what they wait for and when that is tried again;",
            "or one transaction with all that has happened to it, and whether its protocol allows that;",
            "or how all of them change, as they do."
        })
final class TxCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// How soon it is noticed that nobody reads any more.
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final Context context;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "A transaction; an order has that of its placement.")
    @Nullable
    UUID id;

    @Option(
            names = "--check",
            description = {
                "Replays what its coordinator has recorded against the protocol's core, and says whether every step is",
                "one that the protocol may take, or which is the first that is not. Not for sagas."
            })
    boolean check;

    @Option(
            names = "--json",
            description = {
                "Prints all that is known of it as one JSON document: record, timeline, what each service's database shows of",
                "its branch, and what operators did."
            })
    boolean json;

    @Option(
            names = {"-f", "--follow"},
            description = "Shows each change of a transaction at any coordinator, until Ctrl-C.")
    boolean follow;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = DurationArgument.class,
            description = "Follows them for so long only, for example 30s or 5m.")
    @Nullable
    Duration duration;

    TxCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (check && id == null) {
            throw new LauncherFailure("--check takes the ID of a transaction.");
        }
        if (json && (id == null || check)) {
            throw new LauncherFailure("--json takes the ID of a transaction, and goes alone.");
        }
        if (follow && (id != null || check || json)) {
            throw new LauncherFailure("--follow shows the changes of all transactions, and goes alone or with --for.");
        }
        if (duration != null && !follow) {
            throw new LauncherFailure("--for goes with --follow.");
        }
        if (follow) {
            return follow(Optional.ofNullable(duration));
        }
        try (var coordinators = new Coordinators(
                context.platform().coordinators(), TIMEOUT, context.platform().token(Persona.OPERATOR))) {
            if (id == null) {
                return sayAll(coordinators);
            }
            return json ? sayAsJson(found(coordinators.export(id.toString()), id)) : say(found(coordinators, id));
        }
    }

    private int follow(Optional<Duration> time) throws InterruptedException {
        var platform = context.platform();
        var began = System.nanoTime();
        try (var changes = new Changes(platform.coordinators(), platform.token(Persona.OPERATOR))) {
            while (!context.console().out().checkError()) {
                var left = time.map(all -> all.minusNanos(System.nanoTime() - began))
                        .filter(rest -> rest.compareTo(GLANCE) < 0)
                        .orElse(GLANCE);
                if (!left.isPositive()) {
                    return 0;
                }
                changes.next(left)
                        .ifPresent(told ->
                                context.console().say(ChangeText.of(told, LocalTime.now(ZoneId.systemDefault()))));
            }
        }
        return 0;
    }

    private int sayAsJson(JsonNode export) {
        context.console().say(export.toPrettyString());
        return 0;
    }

    private int sayAll(Coordinators coordinators) throws InterruptedException {
        InDoubtText.lines(coordinators.inDoubt()).forEach(context.console()::say);
        return 0;
    }

    private int say(JsonNode transaction) {
        TransactionText.lines(transaction).forEach(context.console()::say);
        if (!check) {
            return 0;
        }
        var verdict = TransactionCheck.of(transaction);
        context.console().say(TransactionCheck.text(verdict));
        return verdict instanceof Verdict.Allowed ? 0 : 1;
    }

    private static JsonNode found(Coordinators coordinators, UUID id) throws InterruptedException {
        return found(coordinators.transaction(id.toString()), id);
    }

    private static JsonNode found(Optional<JsonNode> transaction, UUID id) {
        return transaction.orElseThrow(() -> new LauncherFailure("No coordinator remembers a transaction " + id + "."));
    }
}
