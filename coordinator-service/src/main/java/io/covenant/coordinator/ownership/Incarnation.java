package io.covenant.coordinator.ownership;

import java.util.UUID;

/// One life of one coordinator process, from its start to its death.
///
/// @param id   drawn at the start, never used again
/// @param node the name of the node, the same in every life
public record Incarnation(UUID id, String node) {

    public static Incarnation of(String node) {
        return new Incarnation(UUID.randomUUID(), node);
    }

    @Override
    public String toString() {
        return node + '/' + id;
    }
}
