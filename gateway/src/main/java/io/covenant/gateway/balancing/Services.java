package io.covenant.gateway.balancing;

import io.covenant.balancing.Settings;
import io.covenant.balancing.Upstream;
import io.covenant.balancing.ZonePreference;
import io.covenant.balancing.chance.Chance;
import io.covenant.balancing.health.SlowStart;
import io.covenant.balancing.outlier.OutlierRules;
import io.covenant.gateway.balancing.BalancingProperties.ServiceRules;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.springframework.stereotype.Component;

/// All services that routes lead to.
@Component
public final class Services {

    private final Chance chance = Chance.seeded(new SecureRandom().nextLong());
    private final Map<String, Service> byName = new ConcurrentSkipListMap<>();
    private final Topology topology;
    private final BalancingProperties properties;
    private final ChangeLog log;
    private final ZonePreference zone;

    Services(Topology topology, BalancingProperties properties, ChangeLog log) {
        this.topology = topology;
        this.properties = properties;
        this.log = log;
        this.zone = properties.zone().isEmpty() ? ZonePreference.NONE : ZonePreference.of(properties.zone());
    }

    /// Knows this service from now on, with the instances that the list names.
    public Service open(String name) {
        return byName.computeIfAbsent(name, _ -> {
            var own = properties.services().getOrDefault(name, ServiceRules.NONE);
            return new Service(
                    new Upstream(name, judging(properties), chance, log),
                    topology.listed(name).instances(),
                    settings(properties, own),
                    own.mostInFlight() == null ? properties.mostInFlight() : own.mostInFlight());
        });
    }

    private static Settings judging(BalancingProperties properties) {
        var usual = OutlierRules.DEFAULTS;
        var outliers = new OutlierRules(
                usual.gatewayErrors(),
                usual.serverErrors(),
                properties.silence(),
                properties.silentWaits(),
                usual.interval(),
                usual.rateVolume(),
                usual.rateInstances(),
                usual.rateDeviations(),
                usual.rateGap(),
                properties.ejection(),
                usual.longestTime(),
                usual.largestShare(),
                usual.panicShare());
        return Settings.DEFAULTS.with(outliers).with(new SlowStart(properties.slowStart(), 1, 0.1));
    }

    private static ClusterSettings settings(BalancingProperties properties, ServiceRules own) {
        return ClusterSettings.of(
                own.policy() == null ? properties.policy() : own.policy(),
                own.hashKey(),
                own.bound(),
                Map.of(),
                Set.of());
    }

    /// In the order of their names.
    public List<Service> all() {
        return List.copyOf(byName.values());
    }

    public Optional<Service> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    ZonePreference zone() {
        return zone;
    }

    /// What all of them draw lots by.
    public Chance chance() {
        return chance;
    }
}
