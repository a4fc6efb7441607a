package io.covenant.launcher.platform;

import java.io.Serial;
import java.util.List;

/// Somebody named a node that the platform does not have.
public final class UnknownNode extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnknownNode(String name, List<String> names) {
        super("There is no node %s; the nodes are: %s.".formatted(name, String.join(", ", names)));
    }
}
