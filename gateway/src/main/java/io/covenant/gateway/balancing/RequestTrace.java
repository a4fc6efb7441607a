package io.covenant.gateway.balancing;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.covenant.balancing.view.Considered;
import io.covenant.balancing.view.Decision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Where one request went, why, and what came of it; from the pick of its first instance on.
///
/// Thread-safe: a deadline may end a request while an instance answers.
final class RequestTrace {

    /// What fits into the headers that clients take.
    private static final int LONGEST = 6_000;

    /// @param atMicros when the instance was picked
    /// @param end      the status of its answer, or why there was none; absent while nobody knows
    /// @param micros   how long that took
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Step(
            String policy,
            String picked,
            List<String> because,
            List<Considered> considered,
            long atMicros,
            @Nullable String end,
            @Nullable Long micros) {

        Step ended(String how, long after) {
            return new Step(policy, picked, because, considered, atMicros, how, after);
        }

        Step showing(int most) {
            return new Step(
                    policy,
                    picked,
                    because,
                    considered.subList(0, Math.min(most, considered.size())),
                    atMicros,
                    end,
                    micros);
        }
    }

    /// @param unseen how many of those that were considered do not fit in here
    record Told(String route, String service, List<Step> tries, int unseen) {}

    private final String route;
    private final String service;
    private final long begun;
    private final List<Step> steps = new ArrayList<>();

    RequestTrace(String route, String service, long now) {
        this.route = route;
        this.service = service;
        this.begun = now;
    }

    synchronized void picked(Decision decision, long now) {
        steps.add(new Step(
                decision.policy(),
                decision.picked(),
                decision.because(),
                decision.considered(),
                (now - begun) / 1_000,
                null,
                null));
    }

    /// How the try at this instance ended.
    synchronized void ended(String instance, String how, long now) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            var step = steps.get(i);
            if (step.picked().equals(instance) && step.end() == null) {
                steps.set(i, step.ended(how, (now - begun) / 1_000 - step.atMicros()));
                return;
            }
        }
    }

    /// All of it, with as many of those that were considered as there is room for.
    synchronized String told(JsonMapper json) {
        for (int most = 20; ; most /= 2) {
            int shown = most;
            var tries = steps.stream().map(step -> step.showing(shown)).toList();
            int unseen = steps.stream()
                    .mapToInt(step -> Math.max(0, step.considered().size() - shown))
                    .sum();
            var text = json.writeValueAsString(new Told(route, service, tries, unseen));
            if (text.length() <= LONGEST || most == 0) {
                return text;
            }
        }
    }
}
