package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Coordinators;
import io.covenant.launcher.platform.Persona;
import io.covenant.transactions.replay.Verdict;
import java.time.Duration;
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
            "or one transaction with all that has happened to it, and whether its protocol allows that."
        })
final class TxCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

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
        try (var coordinators = new Coordinators(
                context.platform().coordinators(), TIMEOUT, context.platform().token(Persona.OPERATOR))) {
            if (id == null) {
                return sayAll(coordinators);
            }
            return json ? sayAsJson(found(coordinators.export(id.toString()), id)) : say(found(coordinators, id));
        }
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
