package io.covenant.launcher.client;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What somebody wants to order.
///
/// @param customer who
/// @param lines each for another SKU
public record OrderRequest(String customer, List<Line> lines) {

    /// So many of this.
    public record Line(String sku, int quantity) {}

    public OrderRequest {
        lines = List.copyOf(lines);
    }

    /// The write that places it.
    public Write placing(String key) {
        return placing(key, null);
    }

    /// The write that places it under a protocol, as `two-phase`.
    public Write placing(String key, @Nullable String protocol) {
        return new Write("/api/v1/orders", json(), key, protocol);
    }

    private JsonNode json() {
        ObjectNode order = JsonNodeFactory.instance.objectNode().put("customer", customer);
        var array = order.putArray("lines");
        lines.forEach(line -> array.addObject().put("sku", line.sku()).put("quantity", line.quantity()));
        return order;
    }
}
