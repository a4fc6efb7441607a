package io.covenant.locks.spring.names;

import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

/// Spring Cloud's view of [ServiceNames].
final class LockServiceDiscoveryClient implements DiscoveryClient {

    private final ServiceNames names;

    LockServiceDiscoveryClient(ServiceNames names) {
        this.names = names;
    }

    @Override
    public String description() {
        return "instances registered with the lock service";
    }

    @Override
    public List<ServiceInstance> getInstances(String serviceId) {
        return names.instances(serviceId).stream().map(Instances::of).toList();
    }

    @Override
    public List<String> getServices() {
        return names.services();
    }

    /// @throws IllegalStateException when nothing could be looked at yet
    @Override
    public void probe() {
        names.requireAnswered();
    }
}
