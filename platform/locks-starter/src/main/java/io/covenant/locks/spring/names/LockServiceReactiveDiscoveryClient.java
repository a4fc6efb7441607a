package io.covenant.locks.spring.names;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Spring Cloud's view of [ServiceNames] for those who must not block; it answers from memory.
final class LockServiceReactiveDiscoveryClient implements ReactiveDiscoveryClient {

    private final ServiceNames names;

    LockServiceReactiveDiscoveryClient(ServiceNames names) {
        this.names = names;
    }

    @Override
    public String description() {
        return "instances registered with the lock service";
    }

    @Override
    public Flux<ServiceInstance> getInstances(String serviceId) {
        return Flux.defer(() -> Flux.fromIterable(names.instances(serviceId))).map(Instances::of);
    }

    @Override
    public Flux<String> getServices() {
        return Flux.defer(() -> Flux.fromIterable(names.services()));
    }

    @Override
    public Mono<Void> reactiveProbe() {
        return Mono.fromRunnable(names::requireAnswered);
    }
}
