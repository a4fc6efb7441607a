package io.covenant.launcher.cli;

import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.Words;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "down", description = "Ends everything in order; data stays.")
final class DownCommand implements Callable<Integer> {

    private final Context context;

    DownCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        long began = System.nanoTime();
        Platform platform = context.platform();
        try (var progress = context.console().progress(platform.names())) {
            platform.down(progress);
        }
        context.console()
                .say("Everything has ended after %s."
                        .formatted(Words.seconds(Duration.ofNanos(System.nanoTime() - began))));
        return 0;
    }
}
