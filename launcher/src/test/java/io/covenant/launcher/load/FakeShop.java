package io.covenant.launcher.load;

import io.covenant.launcher.client.FakeGateway.Reply;
import io.covenant.launcher.client.FakeGateway.Request;
import io.covenant.launcher.client.Gateway;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The public API in memory, honest unless a subclass of it is not.
class FakeShop implements Function<Request, Reply> {

    private static final String PATH = "/api/v1/orders";

    private final Map<String, ObjectNode> orders = new HashMap<>();
    private final Map<String, String> keys = new HashMap<>();
    private int requests;

    @Override
    public synchronized Reply apply(Request request) {
        requests++;
        String path = request.path();
        if (path.equals("/api/v1/stock")) {
            return Reply.of(200, "{\"items\": [{\"sku\": \"cup\", \"onHand\": 5}, {\"sku\": \"jug\", \"onHand\": 5}]}");
        }
        if (path.equals(PATH)) {
            return place(request.key().orElseThrow(), Gateway.JSON.readTree(request.body()));
        }
        if (path.startsWith(PATH)) {
            String id = path.split("/", -1)[4];
            return path.endsWith("/cancel") ? cancel(id) : read(id);
        }
        return Reply.of(200, "{}"); // customers and receipts
    }

    /// Every so often the answer is lost, after the work was done.
    private Reply place(String key, JsonNode body) {
        if (body.toString().contains("nobody")
                || body.toString().contains("no-such-article")
                || body.toString().contains("1000000")) {
            return refuse(body);
        }
        String id = keys.computeIfAbsent(key, _ -> UUID.randomUUID().toString());
        ObjectNode order = orders.computeIfAbsent(
                id, _ -> ((ObjectNode) body.deepCopy()).put("id", id).put("state", "CONFIRMED"));
        return requests % 7 == 0 ? Reply.of(0, "") : Reply.of(201, order.toString());
    }

    Reply refuse(JsonNode body) {
        return Reply.of(409, "{\"code\": \"out-of-stock\"}");
    }

    Reply cancel(String id) {
        orders.computeIfPresent(id, (_, order) -> order.put("state", "CANCELLED"));
        return read(id);
    }

    private Reply read(String id) {
        ObjectNode order = orders.get(id);
        return order == null ? Reply.of(404, "{\"code\": \"unknown-order\"}") : Reply.of(200, order.toString());
    }

    synchronized void forget(int number) {
        orders.keySet().stream().limit(number).toList().forEach(orders::remove);
    }

    synchronized void forgetKeys() {
        keys.clear();
    }

    synchronized int size() {
        return orders.size();
    }
}
