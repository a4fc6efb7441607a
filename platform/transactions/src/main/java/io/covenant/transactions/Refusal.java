package io.covenant.transactions;

import java.util.Map;

/// Why a branch refuses: a rule of the business, or of the platform, that a person can act upon.
///
/// @param code       the rule, in kebab case, for programs
/// @param detail     one sentence for people
/// @param parameters the figures of the sentence, for programs
public record Refusal(String code, String detail, Map<String, String> parameters) {

    public Refusal {
        parameters = Map.copyOf(parameters);
    }

    public static Refusal of(String code, String detail) {
        return new Refusal(code, detail, Map.of());
    }
}
