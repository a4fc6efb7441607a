package io.covenant.gateway.control;

import io.covenant.balancing.Cluster;
import io.covenant.balancing.Instance;
import io.covenant.balancing.view.InstanceState;
import io.covenant.balancing.view.InstanceView;
import io.covenant.gateway.balancing.ClusterSettings;
import io.covenant.gateway.balancing.Service;
import io.covenant.gateway.balancing.Services;
import io.covenant.gateway.balancing.Topology;
import io.covenant.gateway.control.store.ClusterStore;
import io.covenant.gateway.control.store.ClusterStore.Audited;
import io.covenant.gateway.control.store.ClusterStore.Stored;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.ProblemException;
import io.covenant.security.audit.AuditReport;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/// Takes what operators want, or says why not; what is in use stays then. May block.
@Component
final class Control {

    private static final Logger log = LoggerFactory.getLogger(Control.class);

    /// @param version  the one that the operator has seen; absent for whichever there is
    /// @param operator who it is
    /// @param dryRun   whether only to say what would be
    /// @param force    whether to leave a service without anybody who serves, if that is what it comes to
    record Change(ClusterSettings settings, @Nullable Long version, String operator, boolean dryRun, boolean force) {}

    /// @param version that it is now, or would be
    record Changed(long version, Cluster cluster, ClusterSettings settings) {}

    private final Services services;
    private final ClusterStore store;
    private final Follower follower;
    private final String gateway;
    private final InstantSource clock;

    Control(Services services, ClusterStore store, Follower follower, Topology topology, InstantSource clock) {
        this.services = services;
        this.store = store;
        this.follower = follower;
        this.gateway = topology.node();
        this.clock = clock;
    }

    /// @throws ProblemException 404 when there is no such service
    Service service(String name) {
        return services.find(name)
                .orElseThrow(() -> new Problem(
                                HttpStatus.NOT_FOUND,
                                "unknown-service",
                                "There is no service '%s'.".formatted(name),
                                Map.of(
                                        "services",
                                        services.all().stream()
                                                .map(Service::name)
                                                .toList()),
                                false)
                        .asException());
    }

    Changed change(Service service, Change change) {
        return follower.alone(() -> {
            var kept = store.find(service.name());
            long version = kept.map(Stored::version).orElse(0L);
            if (change.version() != null && change.version() != version) {
                throw stale(service, version);
            }
            var before = kept.map(Stored::settings).orElse(service.configured());
            var next = service.with(change.settings(), version + 1);
            check(service, before, change, next);
            if (!change.dryRun()) {
                keep(
                        service,
                        new Audited(
                                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                                change.operator(),
                                gateway,
                                service.name(),
                                version + 1,
                                change.force(),
                                before,
                                change.settings()));
            }
            return new Changed(version + 1, next, change.settings());
        });
    }

    private void keep(Service service, Audited change) {
        if (!store.save(change)) {
            throw stale(service, store.find(service.name()).map(Stored::version).orElse(0L));
        }
        log.warn(
                "{} set version {} of {}{}: {}",
                change.operator(),
                change.version(),
                change.service(),
                change.forced() ? ", forced" : "",
                change.after());
        follower.take(
                service,
                new Stored(change.service(), change.version(), change.after(), change.operator(), change.at()));
        follower.hurry();
    }

    private static void check(Service service, ClusterSettings before, Change change, Cluster next) {
        var unknown = named(change.settings());
        unknown.removeAll(named(before));
        unknown.removeAll(next.instances().stream().map(Instance::id).collect(Collectors.toSet()));
        if (!unknown.isEmpty()) {
            throw Draft.refusal(
                    "weights, drained",
                    "%s has no instance %s, only %s"
                            .formatted(
                                    service.name(),
                                    String.join(", ", unknown),
                                    next.instances().stream().map(Instance::id).collect(Collectors.joining(", "))));
        }
        if (next.instances().isEmpty()) {
            return;
        }
        if (next.instances().stream().allMatch(instance -> instance.weight() == 0)) {
            throw Draft.refusal("weights", "must not all be 0: nobody would serve");
        }
        if (!change.force() && !isServed(next, service)) {
            throw Problem.of(
                            HttpStatus.CONFLICT,
                            "last-instance",
                            "Nobody would serve '%s' any longer; force=true does it nevertheless."
                                    .formatted(service.name()))
                    .ofService(service.name())
                    .asException();
        }
    }

    private static Set<String> named(ClusterSettings settings) {
        var named = new TreeSet<>(settings.weights().keySet());
        named.addAll(settings.drained());
        return named;
    }

    /// Whether somebody is left who listens; or where nobody does, somebody who might.
    private static boolean isServed(Cluster next, Service service) {
        var away = service.view().instances().stream()
                .filter(each -> each.state() == InstanceState.GONE || each.state() == InstanceState.DOWN)
                .map(InstanceView::id)
                .collect(Collectors.toSet());
        var open = next.instances().stream().filter(Instance::isOpen).toList();
        boolean allAway = away.size() == next.instances().size();
        return open.stream().anyMatch(instance -> allAway || !away.contains(instance.id()));
    }

    private static ProblemException stale(Service service, long version) {
        return new Problem(
                        HttpStatus.PRECONDITION_FAILED,
                        "stale-version",
                        "Somebody changed '%s' since; it is at version %d now.".formatted(service.name(), version),
                        Map.of("service", service.name(), "version", version),
                        false)
                .asException();
    }

    /// Whether the audit is as it was written.
    ///
    /// @throws ProblemException 404 when it is kept in memory only
    AuditReport checkAudit() {
        return store.checkAudit()
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND,
                                "audit-not-kept",
                                "This gateway has no database: what operators did is remembered until it ends.")
                        .asException());
    }

    List<Audited> audit(Service service, int most) {
        return store.audit(service.name(), most);
    }
}
