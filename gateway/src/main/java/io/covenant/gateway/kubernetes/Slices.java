package io.covenant.gateway.kubernetes;

import io.covenant.gateway.kubernetes.Slice.Endpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// All slices of the namespace as they were told last. Written by one thread, read by any.
final class Slices {

    private volatile Map<String, Slice> byName = Map.of();

    void replace(List<Slice> all) {
        byName = all.stream().collect(Collectors.toUnmodifiableMap(Slice::name, slice -> slice, (_, last) -> last));
    }

    void put(Slice slice) {
        var more = new TreeMap<>(byName);
        more.put(slice.name(), slice);
        byName = Map.copyOf(more);
    }

    void remove(Slice slice) {
        var fewer = new TreeMap<>(byName);
        fewer.remove(slice.name());
        byName = Map.copyOf(fewer);
    }

    /// Those that are ready; where nobody is, those that are about to end but serve until then. While a slice is being
    /// split, an endpoint may stand in two.
    List<Endpoint> of(String service) {
        var byAddress = new LinkedHashMap<String, Endpoint>();
        new TreeMap<>(byName)
                .values().stream()
                        .filter(slice -> slice.service().equals(service))
                        .flatMap(slice -> slice.endpoints().stream())
                        .forEach(endpoint -> byAddress.put(endpoint.host() + ":" + endpoint.port(), endpoint));
        var staying =
                byAddress.values().stream().filter(each -> !each.leaving()).toList();
        return staying.isEmpty() ? List.copyOf(byAddress.values()) : staying;
    }

    List<String> services() {
        return byName.values().stream()
                .map(Slice::service)
                .filter(service -> !service.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }
}
