package io.covenant.gateway.kubernetes;

import io.covenant.gateway.kubernetes.Slice.Endpoint;
import java.util.List;
import java.util.Map;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

/// Tells the instances that the [Slices] name.
final class SliceDiscoveryClient implements DiscoveryClient {

    private final Slices slices;

    SliceDiscoveryClient(Slices slices) {
        this.slices = slices;
    }

    @Override
    public String description() {
        return "EndpointSlices of Kubernetes";
    }

    @Override
    public List<ServiceInstance> getInstances(String service) {
        return slices.of(service).stream().map(each -> instance(service, each)).toList();
    }

    private static ServiceInstance instance(String service, Endpoint endpoint) {
        boolean secure = !endpoint.tlsName().isEmpty();
        return new DefaultServiceInstance(
                endpoint.id(),
                service,
                endpoint.host(),
                endpoint.port(),
                secure,
                secure
                        ? Map.of("zone", endpoint.zone(), "tls-name", endpoint.tlsName())
                        : Map.of("zone", endpoint.zone()));
    }

    @Override
    public List<String> getServices() {
        return slices.services();
    }
}
