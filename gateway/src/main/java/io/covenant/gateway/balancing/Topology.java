package io.covenant.gateway.balancing;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Who this process is, and where the services are. The only addresses that are ever called stand here.
///
/// @param node     the name of this process among its like
/// @param services the base addresses of every instance of every service, by the name of the service
@ConfigurationProperties("covenant")
public record Topology(
        @DefaultValue("gateway") String node, @DefaultValue Map<String, List<URI>> services) {

    public Topology {
        services.forEach(Topology::check);
        services = Map.copyOf(services);
    }

    private static void check(String service, List<URI> instances) {
        for (var instance : instances) {
            var path = instance.getRawPath();
            if (!"http".equals(instance.getScheme())
                    || instance.getHost() == null
                    || !(path == null || path.isEmpty() || path.equals("/"))
                    || instance.getRawQuery() != null) {
                throw new IllegalArgumentException(
                        "covenant.services.%s: %s is not a base address such as http://127.0.0.1:8101"
                                .formatted(service, instance));
            }
        }
    }
}
