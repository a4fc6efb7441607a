package io.covenant.launcher.cli;

import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.locks.Locks;
import io.covenant.launcher.platform.Platform;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "locks",
        description = "Shows who holds which locks, with tokens and leases, and who waits, as the primary knows it.")
final class LocksCommand implements Callable<Integer> {

    /// An election takes about two seconds.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Context context;

    @Option(names = "--prefix", paramLabel = "P", defaultValue = "", description = "Only names that begin so.")
    String prefix = "";

    LocksCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Platform platform = context.platform();
        try (LockService service = platform.locks()) {
            Locks locks = service.list(prefix, patience(platform));
            LocksText.lines(locks).forEach(context.console()::say);
        }
        return 0;
    }

    /// How long a primary may be missing: not at all when nobody runs who could become it.
    static Duration patience(Platform platform) {
        boolean mayElect = platform.lockNodes().stream()
                .anyMatch(node -> platform.node(node).process().isPresent());
        return mayElect ? PATIENCE : Duration.ZERO;
    }
}
