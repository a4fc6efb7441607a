package io.covenant.launcher.cli;

import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Platform;
import java.util.Map;

/// Tells what did not come up, and what there is to see of it.
final class Failures {

    private Failures() {}

    static void tell(Console console, Platform platform, Map<String, NodeEvent.Failed> failures) {
        failures.forEach((node, failure) -> {
            console.err().printf("%n%s %s.%n", node, failure.why());
            if (failure.log().isEmpty()) {
                console.err().println("  It wrote nothing to its log.");
            } else {
                console.err()
                        .printf("The end of %s:%n", platform.node(node).log().file());
                failure.log().forEach(line -> console.err().println("  | " + line));
            }
        });
        console.err()
                .printf(
                        "%n%s. The others are left as they are: './covenant up' tries again, './covenant down' ends all.%n",
                        failures.size() == 1 ? "One node failed" : failures.size() + " nodes failed");
    }
}
