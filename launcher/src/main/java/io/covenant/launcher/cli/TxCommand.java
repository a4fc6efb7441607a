package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Coordinators;
import io.covenant.launcher.platform.Persona;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "tx",
        description = {
            "Shows the transactions that are not over, what they wait for and when that is tried again;",
            "or one transaction with all that has happened to it."
        })
final class TxCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Context context;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "A transaction; an order has that of its placement.")
    @Nullable
    UUID id;

    TxCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var coordinators = new Coordinators(
                context.platform().coordinators(), TIMEOUT, context.platform().token(Persona.OPERATOR))) {
            var lines = id == null ? InDoubtText.lines(coordinators.inDoubt()) : lines(coordinators, id);
            lines.forEach(context.console()::say);
        }
        return 0;
    }

    private static List<String> lines(Coordinators coordinators, UUID id) throws InterruptedException {
        return TransactionText.lines(coordinators
                .transaction(id.toString())
                .orElseThrow(() -> new LauncherFailure("No coordinator remembers a transaction " + id + ".")));
    }
}
