package io.covenant.gateway.control;

import io.covenant.gateway.balancing.BalancingProperties.Canary;
import io.covenant.gateway.balancing.BalancingProperties.RouteRules;
import io.covenant.gateway.balancing.ClusterSettings;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the settings that an operator sends, and says all that is wrong with them at once.
final class Draft {

    private static final Set<String> FIELDS = Set.of("policy", "hashKey", "bound", "weights", "drained", "canaries");
    private static final Set<String> CANARY = Set.of("percent", "subset", "header");

    /// So many mistakes are told one by one.
    private static final int MOST = 20;

    private final List<Map<String, String>> errors = new ArrayList<>();

    private final Map<String, RouteRules> routes;

    private Draft(Map<String, RouteRules> routes) {
        this.routes = routes;
    }

    /// @param routes of the service, as they are configured
    /// @throws ProblemException 400 when they cannot be read
    static ClusterSettings read(byte[] body, JsonMapper json, Map<String, RouteRules> routes) {
        JsonNode document;
        try {
            document = json.readTree(body);
        } catch (JacksonException malformed) {
            throw Problem.of(HttpStatus.BAD_REQUEST, "malformed-body", "The body is not JSON.")
                    .causedBy(malformed);
        }
        return new Draft(routes).read(document);
    }

    private ClusterSettings read(JsonNode document) {
        if (!document.isObject()) {
            throw refusal("body", "must be an object");
        }
        document.propertyNames().stream()
                .filter(name -> !FIELDS.contains(name))
                .forEach(name -> error(name, "is not known"));
        var policy = document.path("policy");
        if (!policy.isString()) {
            error("policy", "must be there");
        }
        var key = document.path("hashKey");
        if (!isAbsent(key) && !key.isString()) {
            error("hashKey", "must be a text");
        }
        var bound = document.path("bound");
        if (!isAbsent(bound) && !bound.isNumber()) {
            error("bound", "must be a number");
        }
        var weights = weights(document.path("weights"));
        var drained = drained(document.path("drained"));
        var canaries = canaries(document.path("canaries"));
        stopOnErrors();
        try {
            return ClusterSettings.of(
                            policy.asString(),
                            isAbsent(key) ? null : key.asString(),
                            isAbsent(bound) ? null : bound.asDouble(),
                            weights,
                            drained)
                    .with(canaries);
        } catch (IllegalArgumentException wrong) {
            throw refusal(fieldOf(String.valueOf(wrong.getMessage())), String.valueOf(wrong.getMessage()));
        }
    }

    private Map<String, Integer> weights(JsonNode node) {
        var weights = new HashMap<String, Integer>();
        if (isAbsent(node)) {
            return weights;
        }
        if (!node.isObject()) {
            error("weights", "must be an object of whole numbers by instance");
            return weights;
        }
        node.properties().forEach(each -> {
            var weight = each.getValue();
            if (!weight.isIntegralNumber() || !weight.canConvertToInt()) {
                error("weights." + each.getKey(), "must be a whole number from 0 to 1000000");
            } else {
                weights.put(each.getKey(), weight.asInt());
            }
        });
        return weights;
    }

    private Set<String> drained(JsonNode node) {
        var drained = new HashSet<String>();
        if (isAbsent(node)) {
            return drained;
        }
        if (!node.isArray() || node.valueStream().anyMatch(each -> !each.isString())) {
            error("drained", "must be an array of the names of instances");
            return drained;
        }
        node.forEach(each -> drained.add(each.asString()));
        return drained;
    }

    private Map<String, Canary> canaries(JsonNode node) {
        var canaries = new HashMap<String, Canary>();
        if (isAbsent(node)) {
            return canaries;
        }
        if (!node.isObject()) {
            error("canaries", "must be an object of canaries by route");
            return canaries;
        }
        node.properties().forEach(each -> {
            var field = "canaries." + each.getKey();
            var route = routes.get(each.getKey());
            if (route == null) {
                error(
                        field,
                        "there is no such route of this service, only "
                                + String.join(", ", new TreeSet<>(routes.keySet())));
            } else if (!each.getValue().isObject()) {
                error(field, "must be an object");
            } else {
                canary(field, each.getValue(), route).ifPresent(canary -> canaries.put(each.getKey(), canary));
            }
        });
        return canaries;
    }

    /// What is not said is as the configuration has it.
    private Optional<Canary> canary(String field, JsonNode node, RouteRules route) {
        int before = errors.size();
        node.propertyNames().stream()
                .filter(name -> !CANARY.contains(name))
                .forEach(name -> error(field + "." + name, "is not known"));
        var percent = node.path("percent");
        if (!percent.isNumber() || !(percent.asDouble() >= 0 && percent.asDouble() <= 100)) {
            error(field + ".percent", "must be a number from 0 to 100");
        }
        var header = node.path("header");
        if (!isAbsent(header) && !(header.isString() && header.asString().matches("[A-Za-z0-9-]{0,100}"))) {
            error(field + ".header", "must be the name of a header");
        }
        var configured = route.canary();
        var subset = subset(field + ".subset", node.path("subset"), configured);
        if (route.subset().isEmpty()) {
            error(field, "the route has no subset for the other requests");
        } else if (route.subset().equals(subset)) {
            error(field + ".subset", "must be another one than that of the other requests");
        }
        if (errors.size() > before) {
            return Optional.empty();
        }
        var said = configured == null ? "" : configured.header();
        return Optional.of(new Canary(subset, percent.asDouble(), isAbsent(header) ? said : header.asString()));
    }

    private Map<String, String> subset(String field, JsonNode node, @Nullable Canary configured) {
        if (isAbsent(node) && configured != null) {
            return configured.subset();
        }
        var subset = new HashMap<String, String>();
        if (!node.isObject()
                || node.isEmpty()
                || node.valueStream()
                        .anyMatch(each -> !each.isString() || each.asString().isBlank())) {
            error(field, "must be an object of labels, such as {\"version\": \"2\"}");
        } else {
            node.properties()
                    .forEach(each -> subset.put(each.getKey(), each.getValue().asString()));
        }
        return subset;
    }

    private static boolean isAbsent(@Nullable JsonNode node) {
        return node == null || node.isMissingNode() || node.isNull();
    }

    private static String fieldOf(String message) {
        if (message.startsWith("no policy")) {
            return "policy";
        }
        return message.startsWith("the weight") ? "weights" : message.startsWith("the bound") ? "bound" : "hashKey";
    }

    private void error(String field, String rule) {
        errors.add(Map.of("field", field, "rule", rule));
    }

    private void stopOnErrors() {
        if (!errors.isEmpty()) {
            int more = errors.size() - MOST;
            throw refusal(
                    more <= 0
                            ? errors
                            : Stream.concat(
                                            errors.stream().limit(MOST),
                                            Stream.of(Map.of("field", "body", "rule", more + " more are wrong")))
                                    .toList());
        }
    }

    static ProblemException refusal(String field, String rule) {
        return refusal(List.of(Map.of("field", field, "rule", rule)));
    }

    private static ProblemException refusal(List<Map<String, String>> errors) {
        return new Problem(
                        HttpStatus.BAD_REQUEST,
                        "invalid-settings",
                        "These settings are not taken; what is in use stays.",
                        Map.of("errors", List.copyOf(errors)),
                        false)
                .asException();
    }
}
