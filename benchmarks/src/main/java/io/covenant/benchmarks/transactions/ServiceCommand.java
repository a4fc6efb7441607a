package io.covenant.benchmarks.transactions;

import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.node.Mark;
import java.util.ArrayList;
import java.util.List;

/// How a service is started in a JVM of its own, with flags for speed at work instead of a fast start.
final class ServiceCommand {

    private static final String FAST_START = "-XX:TieredStopAtLevel";

    private ServiceCommand() {}

    /// @param extra flags of the JVM, behind all others
    static List<String> of(ServiceApp app, Mark mark, String node, List<String> extra) {
        var command = new ArrayList<String>();
        command.add(JavaRuntime.current().executable());
        command.add(mark.argument(node));
        app.role().flags().stream().filter(flag -> !flag.startsWith(FAST_START)).forEach(command::add);
        command.addAll(extra);
        command.addAll(List.of("-jar", app.jar().toString()));
        return command;
    }
}
