package io.covenant.balancing;

import java.util.Map;

/// The instances with certain metadata, such as those of a canary.
///
/// @param labels what an instance's metadata must contain; empty for every instance
/// @param orAny  whether all instances serve when none has these labels
public record Subset(Map<String, String> labels, boolean orAny) {

    public static final Subset ALL = new Subset(Map.of(), false);

    public Subset {
        labels = Map.copyOf(labels);
    }

    public boolean contains(Instance instance) {
        for (var label : labels.entrySet()) {
            if (!label.getValue().equals(instance.metadata().get(label.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
