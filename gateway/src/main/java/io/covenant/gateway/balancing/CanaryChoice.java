package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import io.covenant.balancing.Subset;
import io.covenant.balancing.chance.Chance;
import io.covenant.balancing.hashing.KeyHash;
import java.util.List;
import org.springframework.web.server.ServerWebExchange;

/// Which requests of a route go to its canary.
///
/// @param header in which a request says so itself; empty for nowhere
record CanaryChoice(Subset subset, double percent, String header) {

    private static final int PARTS = 10_000;

    static CanaryChoice of(BalancingProperties.Canary canary) {
        return new CanaryChoice(new Subset(canary.subset(), false), canary.percent(), canary.header());
    }

    /// The canary's instances or the others; the others, too, where nobody of the canary is left.
    Subset among(Subset others, List<KeySource> keys, ServerWebExchange exchange, Service service, Chance chance) {
        return isMeant(keys, exchange, chance) && isThere(service) ? subset : others;
    }

    private boolean isMeant(List<KeySource> keys, ServerWebExchange exchange, Chance chance) {
        var said = header.isEmpty() ? null : exchange.getRequest().getHeaders().getFirst(header);
        return switch (said) {
            case "always" -> true;
            case "never" -> false;
            case null, default -> part(keys, exchange, chance) < percent / 100;
        };
    }

    /// The same key is always on the same side.
    private static double part(List<KeySource> keys, ServerWebExchange exchange, Chance chance) {
        var key = KeySource.read(keys, exchange);
        return key == null
                ? chance.unit()
                : (double) Long.remainderUnsigned(KeyHash.of("canary " + key), PARTS) / PARTS;
    }

    private boolean isThere(Service service) {
        for (var instance : service.cluster().instances()) {
            if (isUsed(instance)) {
                return true;
            }
        }
        return false;
    }

    private boolean isUsed(Instance instance) {
        return instance.isOpen() && subset.contains(instance);
    }
}
