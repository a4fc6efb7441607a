package io.covenant.launcher.cli;

import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "train",
        hidden = true,
        description = "Records the caches that make starts fast; 'up' does it by itself.")
final class TrainCommand implements Callable<Integer> {

    private final Context context;

    TrainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.platform().train(new Progress() {
            @Override
            public void note(String line) {
                context.console().say(line);
            }

            @Override
            public void on(String node, NodeEvent event) {}
        });
        return 0;
    }
}
