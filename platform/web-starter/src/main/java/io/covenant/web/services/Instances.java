package io.covenant.web.services;

import io.covenant.balancing.Call;
import io.covenant.balancing.Cluster;
import io.covenant.balancing.Criteria;
import io.covenant.balancing.Instance;
import io.covenant.balancing.Outcome;
import io.covenant.balancing.Picker;
import io.covenant.balancing.Selection;
import io.covenant.balancing.Settings;
import io.covenant.balancing.Upstream;
import io.covenant.balancing.chance.Chance;
import io.covenant.balancing.health.SlowStart;
import io.covenant.balancing.outlier.OutlierRules;
import io.covenant.balancing.retry.RetryBudget;
import io.covenant.balancing.view.InstanceState;
import io.covenant.balancing.view.InstanceView;
import io.covenant.web.services.ServiceAnswer.Attempt;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The instances of one service: who is asked, and who is asked after that.
///
/// The policy and the ejections are those of [Upstream]. Where it names nobody any more, those that it leaves out are
/// asked last: a caller would rather wait for a doubtful instance than be told that nobody is there.
final class Instances implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Instances.class);

    /// So many without an answer, one after the other, and an instance is left out for a while.
    private static final int GATEWAY_ERRORS = 2;

    /// Only when nobody is left.
    private static final double PANIC = 0.01;

    /// The longest time out is so many times the first.
    private static final int LONGEST = 10;

    private final Upstream upstream;
    private final Picker picker;
    private final RetryBudget budget = RetryBudget.standard();
    private final Map<String, Connections> byId;
    private final List<Connections> all;
    private final CallMetrics metrics;
    private final long lookEvery;
    private volatile boolean closed;

    Instances(String service, List<Connections> all, ServiceClientProperties properties, CallMetrics metrics) {
        this.all = all;
        this.metrics = metrics;
        this.lookEvery = properties.avoidFor().toMillis();
        this.byId = all.stream().collect(Collectors.toUnmodifiableMap(Instances::id, Function.identity()));
        var chance = Chance.seeded(ThreadLocalRandom.current().nextLong());
        this.upstream = new Upstream(service, settings(properties), chance, change -> {
            if (change.isTrouble()) {
                log.warn("{}", change.text());
            } else {
                log.info("{}", change.text());
            }
        });
        var cluster =
                all.stream().map(Instances::id).map(id -> Instance.of(id, id)).toList();
        upstream.update(new Cluster(service, 1, cluster), System.nanoTime());
        this.picker = upstream.picker(Selection.by(properties.balancing()));
    }

    /// What is left out comes back soon: whoever waits for a commit waits for it.
    private static Settings settings(ServiceClientProperties properties) {
        var usual = OutlierRules.DEFAULTS;
        return Settings.DEFAULTS
                .with(SlowStart.NONE)
                .with(new OutlierRules(
                        GATEWAY_ERRORS,
                        usual.serverErrors(),
                        properties.avoidFor(),
                        1,
                        usual.interval(),
                        usual.rateVolume(),
                        usual.rateInstances(),
                        usual.rateDeviations(),
                        usual.rateGap(),
                        properties.avoidFor(),
                        properties.avoidFor().multipliedBy(LONGEST),
                        1,
                        PANIC));
    }

    private static String id(Connections connections) {
        return connections.address().toString();
    }

    /// One instance that is to be asked.
    ///
    /// @param call absent for one that is left out, and asked as the last resort
    record Turn(Connections connections, @Nullable Call call) {

        URI address() {
            return connections.address();
        }

        String id() {
            return Instances.id(connections);
        }

        void end(Outcome outcome) {
            if (call != null) {
                call.end(outcome, System.nanoTime());
            }
        }
    }

    /// Who is next.
    ///
    /// @return `null` when all were tried
    @Nullable
    Turn next(Criteria criteria) {
        var call = picker.call(criteria, System.nanoTime());
        if (call != null) {
            return new Turn(Objects.requireNonNull(byId.get(call.instance().id())), call);
        }
        var tried = criteria.tried();
        return all.stream()
                .filter(connections -> !tried.contains(id(connections)))
                .findFirst()
                .map(connections -> new Turn(connections, null))
                .orElse(null);
    }

    /// Nobody listens there: it gets nothing while there is another, until somebody does again.
    void unreachable(Connections connections) {
        if (upstream.gone(id(connections), id(connections), System.nanoTime())) {
            Thread.ofVirtual().name("return-of-" + id(connections)).start(() -> awaitReturn(connections));
        }
    }

    private void awaitReturn(Connections connections) {
        try {
            do {
                TimeUnit.MILLISECONDS.sleep(lookEvery);
            } while (!closed && !connections.canBeMade());
            upstream.returned(id(connections), id(connections), System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void requested() {
        budget.requested(System.nanoTime());
    }

    /// Whether what may have been done is sent once more; a share of the requests only, so that a failing service
    /// is not buried.
    boolean mayRepeat() {
        return budget.tryRetry(System.nanoTime());
    }

    CallMetrics metrics() {
        return metrics;
    }

    int openConnections() {
        return all.stream().mapToInt(Connections::openConnections).sum();
    }

    /// How many get requests as usual.
    long available() {
        return upstream.view(System.nanoTime()).instances().stream()
                .map(InstanceView::state)
                .filter(state -> state == InstanceState.AVAILABLE)
                .count();
    }

    /// Says of each why it is not asked.
    List<Attempt> untried(String reason) {
        return all.stream()
                .map(connections -> new Attempt(connections.address(), reason))
                .toList();
    }

    void closeIdle() {
        all.forEach(Connections::closeIdle);
    }

    @Override
    public void close() {
        closed = true;
        all.forEach(Connections::close);
    }
}
