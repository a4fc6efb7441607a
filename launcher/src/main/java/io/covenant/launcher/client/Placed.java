package io.covenant.launcher.client;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What became of an order that somebody placed.
public sealed interface Placed {

    /// There is an order.
    ///
    /// @param order as the service shows it
    record Confirmed(JsonNode order) implements Placed {}

    /// There is none.
    ///
    /// @param code which rule refused it
    /// @param why in a sentence
    /// @param transaction the transaction that aborted, where one was begun
    record Refused(String code, String why, Optional<String> transaction) implements Placed {}

    /// Nobody knows yet.
    ///
    /// @param why the last that was heard
    record Unknown(String why) implements Placed {}

    /// What the answer to a placing says.
    static Placed of(Resolution resolution) {
        if (resolution.answer().isEmpty()) {
            return new Unknown("there was no answer");
        }
        Answer answer = resolution.answer().get();
        JsonNode body = answer.body();
        return switch (answer.meaning()) {
            case PENDING -> new Unknown("it is not decided yet");
            case UNKNOWN, NOT_NOW -> new Unknown(answer.problem());
            case REFUSED -> new Refused(answer.code(), answer.problem(), transaction(body));
            case DONE -> {
                // An attempt that came to nothing exists, too, and says so.
                JsonNode refusal = body.path("refusal");
                yield body.path("state").asString("").equals("REJECTED")
                        ? new Refused(
                                refusal.path("code").asString("rejected"),
                                refusal.path("detail").asString("It was rejected."),
                                transaction(body))
                        : new Confirmed(body);
            }
        };
    }

    private static Optional<String> transaction(JsonNode body) {
        return Optional.ofNullable(body.path("transaction").asString(null));
    }
}
