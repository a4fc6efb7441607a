package io.covenant.gateway.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.covenant.balancing.view.Considered;
import io.covenant.gateway.balancing.ClusterSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What operators are answered, as JSON.
final class Answers {

    private Answers() {}

    /// @param gateway    who says so
    /// @param version    that is kept
    /// @param inUse      the version that this gateway follows
    /// @param dryRun     whether this is only what would be
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ClusterAnswer(
            String service,
            String gateway,
            long version,
            long inUse,
            ClusterSettings settings,
            @Nullable String changedBy,
            @Nullable Instant changedAt,
            List<Share> instances,
            StoreAnswer store,
            List<GatewayAnswer> gateways,
            @Nullable Boolean dryRun) {}

    /// @param due the share that an instance should get, from 0 to 1
    record Share(String id, String address, int weight, boolean draining, double due) {}

    /// @param meaning what it means for operators
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StoreAnswer(
            String kind,
            boolean shared,
            String meaning,
            @Nullable Instant awaySince) {}

    record GatewayAnswer(String gateway, long version, Instant seenAt) {}

    record StateAnswer(
            String service,
            String gateway,
            long version,
            String policy,
            boolean panic,
            int inFlight,
            long retriesLeft,
            StoreAnswer store,
            List<InstanceAnswer> instances,
            List<DecisionAnswer> decisions) {}

    /// @param share            what it should get, and what it got of the last ten to twenty seconds
    /// @param requests         since it is known here
    /// @param sinceChange      since operators changed something last
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record InstanceAnswer(
            String id,
            String address,
            String zone,
            int weight,
            String state,
            int warmth,
            ShareAnswer share,
            long requests,
            long sinceChange,
            int inFlight,
            double latencyMillis,
            double failures,
            Map<String, Long> outcomes,
            int ejections,
            @Nullable EjectionAnswer ejection) {}

    record ShareAnswer(double due, double actual) {}

    record EjectionAnswer(String reason, String meaning, long agoMillis, long leftMillis) {}

    record DecisionAnswer(
            String requestId,
            String route,
            String policy,
            String picked,
            List<String> because,
            List<Considered> considered) {}

    /// @param features what this route has and others may not, by the key of its configuration
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RouteAnswer(
            String id,
            String service,
            String policy,
            List<String> hashKey,
            Map<String, String> subset,
            long timeoutMillis,
            Map<String, Object> features,
            String predicate) {}
}
