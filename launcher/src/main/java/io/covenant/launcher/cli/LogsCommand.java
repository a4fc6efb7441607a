package io.covenant.launcher.cli;

import io.covenant.launcher.node.NodeLog;
import io.covenant.launcher.platform.Platform;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "logs", description = "Shows what a node wrote.")
final class LogsCommand implements Callable<Integer> {

    private final Context context;

    @Mixin
    NodeArgument node = new NodeArgument();

    @Option(names = "-n", paramLabel = "LINES", defaultValue = "100", description = "How many lines of it.")
    int lines;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what it writes, through restarts, until Ctrl-C.")
    boolean follow;

    LogsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Platform platform = context.platform();
        NodeLog log = platform.node(node.name).log();
        if (follow) {
            log.follow(
                    lines,
                    context.console().out(),
                    () -> !context.console().out().checkError());
        } else {
            log.tail(lines).forEach(context.console()::say);
        }
        return 0;
    }
}
