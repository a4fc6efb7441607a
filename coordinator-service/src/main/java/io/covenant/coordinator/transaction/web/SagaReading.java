package io.covenant.coordinator.transaction.web;

import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.saga.RetryPolicy;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.Saga.Recovery;
import io.covenant.transactions.saga.SagaStep;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads what only a saga has: of a request, and of its branches, which are the steps.
final class SagaReading {

    static final long MOST_ATTEMPTS = 1000;
    static final Duration LONGEST_FIRST = Duration.ofMinutes(1);
    static final Duration LONGEST_DELAY = Duration.ofHours(1);
    /// Far below the time after which services forget what they have done.
    static final Duration LONGEST_STEP = Duration.ofDays(1);

    /// Which field breaks which of the rules that a saga is checked by.
    private static final Map<String, String> FIELDS = Map.of(
            "saga-step-name", "name",
            "saga-duplicate-step", "name",
            "saga-unknown-step", "after",
            "saga-cyclic", "after",
            "saga-two-pivots", "pivot",
            "saga-needless-pivot", "pivot",
            "saga-beside-the-pivot", "after",
            "saga-not-compensable", "compensation",
            "saga-never-compensated", "compensation");

    private final JsonParser json;
    private final List<Violation> violations;
    private final List<String> seen = new ArrayList<>(0);
    private final Map<Integer, StepFields> steps = new HashMap<>(0);
    private Recovery recovery = Recovery.BACKWARD;

    /// What a branch says as a step.
    private static final class StepFields {
        private @Nullable String compensation;
        private final TreeSet<String> after = new TreeSet<>();
        private boolean pivot;
        private RetryPolicy retries = RetryPolicy.standard();
    }

    /// @param violations hears of every field that breaks a rule
    SagaReading(JsonParser json, List<Violation> violations) {
        this.json = json;
        this.violations = violations;
    }

    void recovery(JsonToken value) {
        var text = text("recovery", value);
        if (text == null) {
            return;
        }
        seen.add("recovery");
        try {
            recovery = Recovery.valueOf(text);
        } catch (IllegalArgumentException e) {
            violations.add(new Violation("recovery", "must be BACKWARD or FORWARD"));
        }
    }

    /// Reads a field of a branch, unless it is none of a step's.
    ///
    /// @return whether it was
    boolean reads(int branch, String field, JsonToken value) {
        var place = "branches[%d].%s".formatted(branch, field);
        switch (field) {
            case "compensation" -> {
                var operation = term(place, value);
                if (operation != null) {
                    step(branch, place).compensation = operation;
                }
            }
            case "after" -> after(branch, place, value);
            case "pivot" -> {
                switch (value) {
                    case VALUE_TRUE -> step(branch, place).pivot = true;
                    case VALUE_FALSE -> {
                        var _ = step(branch, place);
                    }
                    case VALUE_NULL -> {}
                    default -> throw wrongType(place, "must be true or false");
                }
            }
            case "retries" -> retries(branch, place, value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private StepFields step(int branch, String place) {
        seen.add(place);
        return steps.computeIfAbsent(branch, _ -> new StepFields());
    }

    private void after(int branch, String place, JsonToken value) {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        if (value != JsonToken.START_ARRAY) {
            throw wrongType(place, "must be an array of names");
        }
        var step = step(branch, place);
        int index = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            var name = term("%s[%d]".formatted(place, index), json.currentToken());
            if (name == null) {
                violations.add(new Violation("%s[%d]".formatted(place, index), "must be a name"));
            } else {
                step.after.add(name);
            }
            index++;
        }
    }

    private void retries(int branch, String place, JsonToken value) {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            throw wrongType(place, "must be an object");
        }
        var step = step(branch, place);
        var standard = RetryPolicy.standard();
        long attempts = standard.attempts();
        long first = standard.first().toMillis();
        Long most = null;
        long within = standard.within().toMillis();
        int before = violations.size();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var field = json.currentName();
            var at = place + "." + field;
            var token = json.nextToken();
            if (token == JsonToken.VALUE_NULL) {
                continue;
            }
            switch (field) {
                case "attempts" -> attempts = number(at, token, MOST_ATTEMPTS);
                case "firstMillis" -> first = number(at, token, LONGEST_FIRST.toMillis());
                case "mostMillis" -> most = number(at, token, LONGEST_DELAY.toMillis());
                case "withinMillis" -> within = number(at, token, LONGEST_STEP.toMillis());
                default -> throw RunRequestReader.unknown(at);
            }
        }
        long longest = most == null ? Math.max(first, standard.most().toMillis()) : most;
        if (violations.size() == before && longest < first) {
            violations.add(new Violation(place + ".mostMillis", "must not be below firstMillis"));
        }
        if (violations.size() == before) {
            step.retries = new RetryPolicy(
                    Math.toIntExact(attempts),
                    Duration.ofMillis(first),
                    Duration.ofMillis(longest),
                    Duration.ofMillis(within));
        }
    }

    private long number(String place, JsonToken value, long most) {
        if (value != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(place, "must be an integer");
        }
        boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && json.getLongValue() >= 1
                && json.getLongValue() <= most;
        if (!fits) {
            violations.add(new Violation(place, "must be between 1 and %d".formatted(most)));
            return 1;
        }
        return json.getLongValue();
    }

    private @Nullable String term(String place, JsonToken value) {
        var text = text(place, value);
        if (text != null && !RunRequestReader.TERM.matcher(text).matches()) {
            violations.add(new Violation(place, RunRequestReader.TERM_RULE));
        }
        return text;
    }

    private @Nullable String text(String place, JsonToken value) {
        return switch (value) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> json.getString();
            default -> throw wrongType(place, "must be a string");
        };
    }

    private static RuntimeException wrongType(String field, String rule) {
        return Problem.ofField("wrong-type", field, rule).asException();
    }

    // ---- what it comes to

    /// Every field that was given and that no other protocol has.
    List<Violation> foreign() {
        return seen.stream()
                .distinct()
                .map(field -> new Violation(field, "is for sagas only"))
                .toList();
    }

    /// The branches as a saga.
    ///
    /// @throws io.covenant.web.problem.ProblemException 400, naming the rule that they break and the field
    Saga saga(String name, List<TransactionPlan.Branch> branches) {
        var all = new ArrayList<SagaStep>(branches.size());
        for (int i = 0; i < branches.size(); i++) {
            var branch = branches.get(i);
            var fields = steps.getOrDefault(i, new StepFields());
            all.add(new SagaStep(
                    branch.name(),
                    branch.service(),
                    branch.operation(),
                    Optional.ofNullable(fields.compensation),
                    fields.after,
                    fields.pivot,
                    fields.retries));
        }
        Saga.refusal(recovery, all).ifPresent(refusal -> {
            throw refused(refusal, branches);
        });
        return new Saga(name, recovery, all);
    }

    private static RuntimeException refused(Refusal refusal, List<TransactionPlan.Branch> branches) {
        var field = FIELDS.get(refusal.code());
        var step = refusal.parameters().get("step");
        var place = "branches";
        for (int i = 0; field != null && i < branches.size(); i++) {
            if (branches.get(i).name().equals(step)) {
                place = "branches[%d].%s".formatted(i, field);
            }
        }
        return Problem.of(HttpStatus.BAD_REQUEST, refusal.code(), refusal.detail())
                .violating(List.of(new Violation(place, refusal.detail())))
                .asException();
    }
}
