package io.covenant.locks.spring.names;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// All instances of all services as they were last seen.
///
/// A service without any instance is believed late only: that is what a registry looks like to which nobody
/// has come back yet, and to call the instances of before is better than to call none.
///
/// @param services     by name, each with at least one instance
/// @param lastLook     when all of it was looked at; empty before the first time. Monotonic nanoseconds
record Roster(Map<String, Entry> services, OptionalLong lastLook) {

    static final Roster BLANK = new Roster(Map.of(), OptionalLong.empty());

    /// @param emptySince since when no instance is seen, and these are those of before
    record Entry(List<RegisteredInstance> instances, OptionalLong emptySince) {

        Entry {
            instances = List.copyOf(instances);
        }
    }

    Roster {
        services = Map.copyOf(services);
    }

    /// After a look that found these.
    ///
    /// @param emptyGrace for how long the last instances of a service are kept when it has none
    Roster after(Map<String, List<RegisteredInstance>> found, long now, long emptyGrace) {
        var next = new TreeMap<String, Entry>();
        services.forEach((name, entry) -> {
            long since = entry.emptySince().orElse(now);
            if (now - since < emptyGrace) {
                next.put(name, new Entry(entry.instances(), OptionalLong.of(since)));
            }
        });
        found.forEach((name, instances) -> {
            if (!instances.isEmpty()) {
                next.put(name, new Entry(instances, OptionalLong.empty()));
            }
        });
        return new Roster(next, OptionalLong.of(now));
    }

    List<String> names() {
        return services.keySet().stream().sorted().toList();
    }

    List<RegisteredInstance> instances(String service) {
        var entry = services.get(service);
        return entry == null ? List.of() : entry.instances();
    }

    /// How many instances there are of all services.
    int size() {
        return services.values().stream()
                .mapToInt(entry -> entry.instances().size())
                .sum();
    }
}
