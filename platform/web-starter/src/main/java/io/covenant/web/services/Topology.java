package io.covenant.web.services;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Who this process is, and where the other services are. The only addresses that are ever called stand here.
///
/// @param node     the name of this process among its like, such as `orders-1`
/// @param services the base addresses of every instance of every service, by the name of the service
@ConfigurationProperties("covenant")
public record Topology(
        @DefaultValue("local") String node, @DefaultValue Map<String, List<URI>> services) {

    public Topology {
        services.forEach(Topology::check);
        services = services.entrySet().stream()
                .collect(java.util.stream.Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    private static void check(String service, List<URI> instances) {
        for (var instance : instances) {
            var path = instance.getPath();
            if (!("http".equals(instance.getScheme()) || "https".equals(instance.getScheme()))
                    || instance.getHost() == null
                    || !(path == null || path.isEmpty() || path.equals("/"))
                    || instance.getQuery() != null) {
                throw new IllegalArgumentException(
                        "covenant.services.%s: %s is not a base address such as http://127.0.0.1:8101"
                                .formatted(service, instance));
            }
        }
    }
}
