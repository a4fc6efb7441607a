package io.covenant.balancing;

import java.util.Map;

/// One instance of a service, as discovery and operators describe it.
///
/// @param id       names it as long as it lives; who has the same id and another address is a newcomer
/// @param address  where it is found; only the caller reads it
/// @param weight   its share beside the others', from 0 (gets nothing) to [#HEAVIEST]
/// @param zone     where it runs; empty when nobody knows
/// @param metadata what subsets are chosen by, such as `version=2`
/// @param draining gets nothing new, as it is about to leave
public record Instance(
        String id, String address, int weight, String zone, Map<String, String> metadata, boolean draining) {

    public static final int HEAVIEST = 1_000_000;

    public Instance {
        if (id.isBlank()) {
            throw new IllegalArgumentException("an instance needs an id");
        }
        if (weight < 0 || weight > HEAVIEST) {
            throw new IllegalArgumentException("the weight of " + id + " is " + weight + ", not 0.." + HEAVIEST);
        }
        metadata = Map.copyOf(metadata);
    }

    /// Weight 1, no zone, no metadata.
    public static Instance of(String id, String address) {
        return new Instance(id, address, 1, "", Map.of(), false);
    }

    public Instance weighing(int other) {
        return new Instance(id, address, other, zone, metadata, draining);
    }

    public Instance in(String otherZone) {
        return new Instance(id, address, weight, otherZone, metadata, draining);
    }

    public Instance with(Map<String, String> otherMetadata) {
        return new Instance(id, address, weight, zone, otherMetadata, draining);
    }

    public Instance draining(boolean drains) {
        return new Instance(id, address, weight, zone, metadata, drains);
    }

    /// Whether it may get anything, as far as discovery and operators are concerned.
    public boolean isOpen() {
        return weight > 0 && !draining;
    }
}
