package io.covenant.launcher.cli;

import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Platform;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "start", description = "Starts one node again and waits until it is healthy.")
final class StartCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    NodeArgument node = new NodeArgument();

    @Option(
            names = "--deadline",
            paramLabel = "SECONDS",
            defaultValue = "90",
            description = "How long it may take (default: ${DEFAULT-VALUE}).")
    int deadlineSeconds;

    StartCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Platform platform = context.platform();
        platform.node(node.name);
        Map<String, NodeEvent.Failed> failures;
        try (var progress = context.console().progress(List.of(node.name))) {
            failures = platform.start(node.name, Map.of(), Duration.ofSeconds(deadlineSeconds), progress);
        }
        if (!failures.isEmpty()) {
            Failures.tell(context.console(), platform, failures);
            return 1;
        }
        return 0;
    }
}
