package io.covenant.gateway.control;

import io.covenant.balancing.Cluster;
import io.covenant.balancing.Instance;
import io.covenant.balancing.view.InstanceView;
import io.covenant.gateway.balancing.ClusterSettings;
import io.covenant.gateway.balancing.Decisions;
import io.covenant.gateway.balancing.KeySource;
import io.covenant.gateway.balancing.RouteChoices;
import io.covenant.gateway.balancing.Service;
import io.covenant.gateway.balancing.Topology;
import io.covenant.gateway.control.Answers.ClusterAnswer;
import io.covenant.gateway.control.Answers.DecisionAnswer;
import io.covenant.gateway.control.Answers.EjectionAnswer;
import io.covenant.gateway.control.Answers.GatewayAnswer;
import io.covenant.gateway.control.Answers.InstanceAnswer;
import io.covenant.gateway.control.Answers.RouteAnswer;
import io.covenant.gateway.control.Answers.Share;
import io.covenant.gateway.control.Answers.ShareAnswer;
import io.covenant.gateway.control.Answers.StateAnswer;
import io.covenant.gateway.control.Answers.StoreAnswer;
import io.covenant.gateway.control.store.ClusterStore;
import io.covenant.gateway.control.store.ClusterStore.Followed;
import io.covenant.gateway.control.store.ClusterStore.Stored;
import io.covenant.gateway.control.store.StoreAwayException;
import io.covenant.gateway.edge.RouteFeature;
import io.covenant.gateway.protection.RouteLimits;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.stereotype.Component;

/// Draws what operators want to see. May block.
@Component
final class Pictures {

    private final ClusterStore store;
    private final Follower follower;
    private final RouteChoices choices;
    private final RouteLimits limits;
    private final List<RouteFeature> features;
    private final String gateway;
    private final InstantSource clock;

    Pictures(
            ClusterStore store,
            Follower follower,
            RouteChoices choices,
            RouteLimits limits,
            List<RouteFeature> features,
            Topology topology,
            InstantSource clock) {
        this.store = store;
        this.follower = follower;
        this.choices = choices;
        this.limits = limits;
        this.features = List.copyOf(features);
        this.gateway = topology.node();
        this.clock = clock;
    }

    /// What is kept of a service; what is in use while that cannot be reached.
    ClusterAnswer cluster(Service service) {
        Optional<Stored> kept;
        List<Followed> followers;
        try {
            kept = store.find(service.name());
            followers = store.followers(service.name());
        } catch (StoreAwayException _) {
            return cluster(service, service.settings(), service.version(), null, List.of(), null);
        }
        return cluster(
                service,
                kept.map(Stored::settings).orElse(service.configured()),
                kept.map(Stored::version).orElse(0L),
                kept.orElse(null),
                followers,
                null);
    }

    /// What would be.
    ClusterAnswer cluster(Service service, Control.Changed changed) {
        return cluster(service, changed.settings(), changed.version(), null, List.of(), true);
    }

    private ClusterAnswer cluster(
            Service service,
            ClusterSettings settings,
            long version,
            @Nullable Stored kept,
            List<Followed> followers,
            @Nullable Boolean dryRun) {
        return new ClusterAnswer(
                service.name(),
                gateway,
                version,
                service.version(),
                settings,
                kept == null ? null : kept.changedBy(),
                kept == null ? null : kept.changedAt(),
                shares(service.with(settings, version), settings),
                store(),
                followers.stream()
                        .map(each -> each.gateway().equals(gateway)
                                ? new GatewayAnswer(gateway, service.version(), clock.instant())
                                : new GatewayAnswer(each.gateway(), each.version(), each.seenAt()))
                        .toList(),
                dryRun);
    }

    private static List<Share> shares(Cluster cluster, ClusterSettings settings) {
        long total = cluster.instances().stream()
                .mapToLong(each -> weight(each, settings))
                .sum();
        return cluster.instances().stream()
                .map(each -> new Share(
                        each.id(),
                        each.address(),
                        each.weight(),
                        each.draining(),
                        total == 0 ? 0 : (double) weight(each, settings) / total))
                .toList();
    }

    private static long weight(Instance instance, ClusterSettings settings) {
        return !instance.isOpen() ? 0 : ignoresWeights(settings) ? 1 : instance.weight();
    }

    private static boolean ignoresWeights(ClusterSettings settings) {
        return settings.policy().equals("round-robin");
    }

    StoreAnswer store() {
        var away = follower.awaySince();
        var meaning = away != null
                ? "cannot be reached; what is in use stays, and nothing can be changed"
                : store.isShared()
                        ? "all gateways with the same database follow"
                        : "this process alone: no other gateway follows, and the next start forgets it";
        return new StoreAnswer(store.kind(), store.isShared(), meaning, away);
    }

    StateAnswer state(Service service) {
        var view = service.view();
        var since = service.picksSinceChange();
        var settings = service.settings();
        long used =
                view.instances().stream().filter(each -> each.shareDue() > 0).count();
        return new StateAnswer(
                service.name(),
                gateway,
                service.version(),
                settings.policy(),
                view.panic(),
                view.inFlight(),
                service.retriesLeft(),
                store(),
                view.instances().stream()
                        .map(each -> instance(
                                each,
                                since.getOrDefault(each.id(), 0L),
                                ignoresWeights(settings) && each.shareDue() > 0 ? 1.0 / used : each.shareDue()))
                        .toList(),
                service.decisions().last().stream().map(Pictures::decision).toList());
    }

    private static InstanceAnswer instance(InstanceView view, long sinceChange, double due) {
        var ejection = view.ejection();
        return new InstanceAnswer(
                view.id(),
                view.address(),
                view.zone(),
                view.weight(),
                view.state().name(),
                view.warmth(),
                new ShareAnswer(due, view.shareActual()),
                view.picks(),
                sinceChange,
                view.inFlight(),
                view.latency().toNanos() / 1e6,
                view.failures(),
                view.outcomes(),
                view.ejections(),
                ejection == null
                        ? null
                        : new EjectionAnswer(
                                ejection.reason(),
                                ejection.meaning(),
                                ejection.ago().toMillis(),
                                ejection.left().toMillis()));
    }

    private static DecisionAnswer decision(Decisions.Made made) {
        var decision = made.decision();
        return new DecisionAnswer(
                made.request(),
                made.route(),
                decision.policy(),
                decision.picked(),
                decision.because(),
                decision.considered());
    }

    RouteAnswer route(Route route, Service service) {
        var choice = choices.choice(route, service);
        return new RouteAnswer(
                route.getId(),
                service.name(),
                choice.policy().label(),
                choice.keys().stream().map(KeySource::written).toList(),
                choices.subset(route),
                limits.timeout(route).toMillis(),
                features(route, service),
                String.valueOf(route.getPredicate()));
    }

    private Map<String, Object> features(Route route, Service service) {
        var all = new TreeMap<>(choices.more(route, service));
        for (var feature : features) {
            if (feature.routes().contains(route.getId())) {
                all.put(feature.key(), feature.about(route.getId()));
            }
        }
        return all;
    }
}
