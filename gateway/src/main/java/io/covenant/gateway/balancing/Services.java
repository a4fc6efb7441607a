package io.covenant.gateway.balancing;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/// All services that the topology knows.
@Component
final class Services {

    private final Map<String, Service> byName;

    Services(Topology topology) {
        byName = topology.services().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        entry -> new Service(
                                entry.getKey(),
                                entry.getValue().stream().map(Instance::new).toList())));
    }

    /// The service of this name; one without instances if the topology does not know it.
    Service named(String name) {
        var known = byName.get(name);
        return known == null ? new Service(name, List.of()) : known;
    }
}
