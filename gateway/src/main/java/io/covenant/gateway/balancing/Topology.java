package io.covenant.gateway.balancing;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Who this process is, and where the services are. The only addresses that are ever called stand here, or come from
/// the registry.
///
/// @param node     the name of this process among its like
/// @param services the base addresses of every instance of every service, by the name of the service; see [Listed]
@ConfigurationProperties("covenant")
public record Topology(
        @DefaultValue("gateway") String node, @DefaultValue Map<String, List<URI>> services) {

    public Topology {
        services.forEach((service, addresses) -> {
            var _ = Listed.of(service, addresses);
        });
        services = Map.copyOf(services);
    }

    Listed listed(String service) {
        return Listed.of(service, services.getOrDefault(service, List.of()));
    }
}
