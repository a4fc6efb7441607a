package io.covenant.gateway.balancing;

import io.covenant.balancing.Cluster;
import io.covenant.balancing.Instance;
import io.covenant.balancing.Picker;
import io.covenant.balancing.Selection;
import io.covenant.balancing.Upstream;
import io.covenant.balancing.retry.RetryBudget;
import io.covenant.balancing.view.InstanceView;
import io.covenant.balancing.view.UpstreamView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One service: its instances as discovery names them, changed by what operators want.
public final class Service {

    private final Upstream upstream;
    private final RetryBudget budget = RetryBudget.standard();
    private final Decisions decisions = new Decisions();
    /// Held here so that a route keeps its turns; forgotten when operators change the policy.
    private final Map<Selection, Picker> pickers = new ConcurrentHashMap<>();

    private final int mostInFlight;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder retries = new LongAdder();
    private final Object change = new Object();
    private final ClusterSettings configured;
    private List<Instance> discovered;
    private Map<String, Long> picksBefore = Map.of();
    private volatile ClusterSettings settings;
    private volatile long version;
    private volatile Choice choice;
    private volatile Map<String, CanaryChoice> canaries;

    Service(Upstream upstream, List<Instance> discovered, ClusterSettings settings, int mostInFlight) {
        this.upstream = upstream;
        this.discovered = discovered;
        this.configured = settings;
        this.mostInFlight = mostInFlight;
        this.settings = settings;
        this.choice = settings.choice();
        this.canaries = settings.canaryChoices();
        update();
    }

    public String name() {
        return upstream.service();
    }

    public ClusterSettings settings() {
        return settings;
    }

    /// What holds as long as no operator said otherwise.
    public ClusterSettings configured() {
        return configured;
    }

    /// Of the settings: 0 for those of the configuration, counted up by each change.
    public long version() {
        return version;
    }

    /// The instances in use.
    public Cluster cluster() {
        return upstream.cluster();
    }

    /// The cluster that these settings would make of the instances that there are.
    public Cluster with(ClusterSettings other, long itsVersion) {
        synchronized (change) {
            return new Cluster(
                    name(), itsVersion, discovered.stream().map(other::over).toList());
        }
    }

    /// Does as operators want from the next request on, unless this version is in use already.
    ///
    /// @return whether this was news
    public boolean follow(ClusterSettings next, long itsVersion) {
        synchronized (change) {
            if (itsVersion == version) {
                return false;
            }
            settings = next;
            version = itsVersion;
            choice = next.choice();
            canaries = next.canaryChoices();
            update();
            pickers.clear();
            picksBefore = picks();
            return true;
        }
    }

    private Map<String, Long> picks() {
        return upstream.view(System.nanoTime()).instances().stream()
                .collect(Collectors.toUnmodifiableMap(InstanceView::id, InstanceView::picks));
    }

    /// How many requests each instance got since operators changed something last.
    public Map<String, Long> picksSinceChange() {
        synchronized (change) {
            var before = picksBefore;
            return picks().entrySet().stream()
                    .collect(Collectors.toUnmodifiableMap(
                            Map.Entry::getKey,
                            each -> Math.max(0, each.getValue() - before.getOrDefault(each.getKey(), 0L))));
        }
    }

    /// Takes other instances, as discovery names them.
    void found(List<Instance> instances) {
        synchronized (change) {
            if (!instances.equals(discovered)) {
                discovered = List.copyOf(instances);
                update();
            }
        }
    }

    private void update() {
        upstream.update(with(settings, version), System.nanoTime());
    }

    public UpstreamView view() {
        long now = System.nanoTime();
        upstream.tick(now);
        return upstream.view(now);
    }

    public Decisions decisions() {
        return decisions;
    }

    /// How many retries are allowed right now.
    public long retriesLeft() {
        return budget.left(System.nanoTime());
    }

    Choice choice() {
        return choice;
    }

    /// The canary that operators want for this route.
    ///
    /// @param configured that holds where they want none in particular
    @Nullable
    CanaryChoice canary(String route, @Nullable CanaryChoice configured) {
        var wanted = canaries.get(route);
        return wanted == null ? configured : wanted;
    }

    Picker picker(Selection selection) {
        return pickers.computeIfAbsent(selection, upstream::picker);
    }

    /// Takes one more request, unless too many are in flight; who was taken [goes out again][#exits].
    boolean enters() {
        if (inFlight.incrementAndGet() > mostInFlight) {
            inFlight.decrementAndGet();
            return false;
        }
        return true;
    }

    void exits() {
        inFlight.decrementAndGet();
    }

    void retried() {
        retries.increment();
    }

    /// How many tries there were after first ones.
    double retries() {
        return retries.sum();
    }

    RetryBudget budget() {
        return budget;
    }

    int size() {
        return upstream.cluster().instances().size();
    }

    boolean has(Instance instance) {
        return upstream.cluster()
                .instance(instance.id())
                .filter(same -> same.address().equals(instance.address()))
                .isPresent();
    }

    /// @return whether this is news
    boolean left(Instance instance) {
        return upstream.gone(instance.id(), instance.address(), System.nanoTime());
    }

    void returned(Instance instance) {
        upstream.returned(instance.id(), instance.address(), System.nanoTime());
    }
}
