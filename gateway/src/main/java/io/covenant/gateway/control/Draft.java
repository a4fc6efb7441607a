package io.covenant.gateway.control;

import io.covenant.gateway.balancing.ClusterSettings;
import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the settings that an operator sends, and says all that is wrong with them at once.
final class Draft {

    private static final Set<String> FIELDS = Set.of("policy", "hashKey", "bound", "weights", "drained");

    private final List<Map<String, String>> errors = new ArrayList<>();

    private Draft() {}

    /// @throws ProblemException 400 when they cannot be read
    static ClusterSettings read(byte[] body, JsonMapper json) {
        JsonNode document;
        try {
            document = json.readTree(body);
        } catch (JacksonException malformed) {
            throw Problem.of(HttpStatus.BAD_REQUEST, "malformed-body", "The body is not JSON.")
                    .causedBy(malformed);
        }
        return new Draft().read(document);
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
        stopOnErrors();
        try {
            return ClusterSettings.of(
                    policy.asString(),
                    isAbsent(key) ? null : key.asString(),
                    isAbsent(bound) ? null : bound.asDouble(),
                    weights,
                    drained);
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
            throw refusal(errors);
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
