package io.covenant.launcher.locks;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// All names under a prefix that are held or waited for, as the primary knows them.
///
/// @param primary the node that answered
/// @param node what it says of itself
/// @param names as the lock service's API shows them
public record Locks(String primary, LockNode node, List<JsonNode> names) {

    public Locks {
        names = List.copyOf(names);
    }
}
