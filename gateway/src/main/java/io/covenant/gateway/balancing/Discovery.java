package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Keeps the instances of each service up to date: those of the list, the addresses that its names have, and whoever is
/// registered with the lock service or another registry of Spring Cloud.
///
/// No answer, or an empty one, takes nobody away: to ask the instances of before is better than to ask none.
@Component
final class Discovery implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Discovery.class);

    private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

    private final Services services;
    private final Topology topology;
    private final List<DiscoveryClient> registries;
    private final NameLookup lookup;
    private final BalancingMetrics metrics;
    private final Map<String, List<String>> lastAddresses = new HashMap<>();
    /// Told once, until it is over.
    private final Set<String> told = new HashSet<>();
    private volatile @Nullable Thread thread;

    Discovery(
            Services services,
            Topology topology,
            ObjectProvider<DiscoveryClient> registries,
            NameLookup lookup,
            BalancingMetrics metrics) {
        this.services = services;
        this.topology = topology;
        this.registries = registries.orderedStream().toList();
        this.lookup = lookup;
        this.metrics = metrics;
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("discovery").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    look();
                    metrics.refresh(services.all());
                } catch (RuntimeException unexpected) {
                    log.error("discovery failed; the instances of before stay", unexpected);
                }
                LockSupport.parkNanos(EVERY);
            }
        });
    }

    @Override
    public void stop() {
        var running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    void look() {
        for (var service : services.all()) {
            var listed = topology.listed(service.name());
            var named = new ArrayList<>(listed.instances());
            for (var name : listed.names()) {
                addresses(name.host()).forEach(address -> named.add(name.at(address)));
            }
            var found = Gathering.of(registered(service.name()), named);
            if (found.isEmpty() && service.size() > 0) {
                tell(service.name(), "nobody is found any longer; the instances of before stay");
            } else {
                told.remove(service.name());
                service.found(found);
            }
        }
    }

    private List<String> addresses(String host) {
        try {
            var addresses = lookup.addresses(host);
            if (!addresses.isEmpty()) {
                told.remove(host);
                lastAddresses.put(host, addresses);
            }
        } catch (UnknownHostException unknown) {
            tell(host, "cannot be looked up; its addresses of before stay: " + unknown.getMessage());
        }
        return lastAddresses.getOrDefault(host, List.of());
    }

    private List<Instance> registered(String service) {
        var instances = new ArrayList<Instance>();
        for (var registry : registries) {
            for (var each : registry.getInstances(service)) {
                instance(service, each, instances);
            }
        }
        return instances;
    }

    private void instance(String service, ServiceInstance each, List<Instance> to) {
        var about = new HashMap<>(each.getMetadata());
        var weight = about.remove("weight");
        var zone = about.remove("zone");
        var id = each.getInstanceId();
        var name = about.remove("tls-name");
        var base = each.isSecure()
                ? Listed.secureBase(name, each.getHost(), each.getPort())
                : Listed.base(each.getHost(), each.getPort());
        try {
            to.add(new Instance(
                    id == null ? base : id, base, Listed.weight(weight, 100), zone == null ? "" : zone, about, false));
        } catch (IllegalArgumentException wrong) {
            tell(service + " " + base, "is registered wrongly, and passed over: " + wrong.getMessage());
        }
    }

    private void tell(String whom, String what) {
        if (told.add(whom)) {
            log.warn("{}: {}", whom, what);
        }
    }
}
