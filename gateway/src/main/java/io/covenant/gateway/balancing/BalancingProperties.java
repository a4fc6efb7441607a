package io.covenant.gateway.balancing;

import io.covenant.balancing.Policy;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How instances are chosen, judged and tried again, until an operator says otherwise.
///
/// @param policy       the policy of services that name none
/// @param zone         where this gateway runs; empty when nobody knows
/// @param tries        the most instances that one request is sent to
/// @param readWait     how long an instance may be silent on a request that reads, while another could be asked
/// @param writeWait    how long on one that writes and may be sent twice
/// @param silence      an instance that answers nothing for so long while requests wait is ejected; zero for never
/// @param silentWaits  how many requests have to wait
/// @param ejection     the first ejection lasts so long, the second twice, and so on
/// @param slowStart    how long an instance that came, or came back, takes to grow into its weight
/// @param mostInFlight to one service; more are turned away instead of waiting
/// @param stickySecret signs the cookies of routes that are sticky; the same for all gateways. Empty for one that this
///                     process makes up, and forgets
/// @param services     by the name of the service
/// @param routes       by the id of the route; what stands here goes before what the service has, and no operator
///                     changes it
@ConfigurationProperties("covenant.gateway.balancing")
public record BalancingProperties(
        @DefaultValue("least-loaded") String policy,
        @DefaultValue("") String zone,
        @DefaultValue("3") int tries,
        @DefaultValue("2s") Duration readWait,
        @DefaultValue("7s") Duration writeWait,
        @DefaultValue("1s") Duration silence,
        @DefaultValue("2") int silentWaits,
        @DefaultValue("5s") Duration ejection,
        @DefaultValue("10s") Duration slowStart,
        @DefaultValue("1000") int mostInFlight,
        @DefaultValue("") String stickySecret,
        @DefaultValue Map<String, ServiceRules> services,
        @DefaultValue Map<String, RouteRules> routes) {

    /// @param policy       its label; absent for the one of all
    /// @param hashKey      where the key of a request is found, see [KeySource]
    /// @param bound        how far above the average `hash` may load an instance
    /// @param mostInFlight absent for what holds for all
    public record ServiceRules(
            @Nullable String policy,
            @Nullable String hashKey,
            @Nullable Double bound,
            @Nullable Integer mostInFlight) {

        static final ServiceRules NONE = new ServiceRules(null, null, null, null);
    }

    /// @param policy  its label; absent for the service's
    /// @param hashKey where the key of a request is found; absent for the service's
    /// @param bound   how far above the average `hash` may load an instance, where the route names its policy
    /// @param subset  what the metadata of an instance must contain to get requests of this route
    /// @param timeout how long a request may take; absent for what holds for all
    /// @param sticky  the name of a cookie that keeps a client at its instance; absent for none
    /// @param canary  some of the requests, for other instances than those of the subset
    public record RouteRules(
            @Nullable String policy,
            @Nullable String hashKey,
            @Nullable Double bound,
            @DefaultValue Map<String, String> subset,
            @Nullable Duration timeout,
            @Nullable String sticky,
            @Nullable Canary canary) {

        static final RouteRules NONE = new RouteRules(null, null, null, Map.of(), null, null, null);

        public RouteRules {
            if (policy != null) {
                var _ = ClusterSettings.policyOf(policy, bound);
            }
            var _ = KeySource.all(hashKey);
            if (sticky != null && !sticky.matches("[A-Za-z0-9_-]{1,50}")) {
                throw new IllegalArgumentException("'%s' is no name of a cookie".formatted(sticky));
            }
            if (canary != null && (subset.isEmpty() || subset.equals(canary.subset()))) {
                throw new IllegalArgumentException(
                        "a canary needs a subset of its own, and the route one for the other requests");
            }
        }
    }

    /// @param subset  what the metadata of an instance must contain to get requests of the canary
    /// @param percent of the requests that go there; of the keys, where the route or its service has a hash key
    /// @param header  in which a request says `always` or `never`, whatever the percentage; empty for nowhere
    public record Canary(
            @DefaultValue Map<String, String> subset,
            @DefaultValue("0") double percent,
            @DefaultValue("") String header) {

        public Canary {
            subset = Map.copyOf(subset);
            if (subset.isEmpty()) {
                throw new IllegalArgumentException("a canary without a subset is nobody's");
            }
            if (!(percent >= 0 && percent <= 100)) {
                throw new IllegalArgumentException("the percentage of a canary is 0 to 100, not " + percent);
            }
        }
    }

    public BalancingProperties {
        var _ = Policy.labelled(policy);
        services = Map.copyOf(services);
        routes = Map.copyOf(routes);
    }
}
