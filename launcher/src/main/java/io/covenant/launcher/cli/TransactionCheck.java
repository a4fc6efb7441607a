package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Gateway;
import io.covenant.transactions.replay.TraceReplay;
import io.covenant.transactions.replay.Verdict;
import io.covenant.transactions.wire.TransactionResource;
import tools.jackson.databind.JsonNode;

/// Whether a transaction, as its coordinator shows it, went as its protocol allows.
final class TransactionCheck {

    private static final String SAGA = "SAGA";

    private TransactionCheck() {}

    /// @throws LauncherFailure for a saga, which nobody can replay who does not know its steps
    static Verdict of(JsonNode transaction) {
        if (transaction.path("protocol").asString("").equals(SAGA)) {
            throw new LauncherFailure(
                    "A saga cannot be checked: what is shown of it does not say how its steps hang together.");
        }
        return TraceReplay.of(Gateway.JSON.treeToValue(transaction, TransactionResource.class));
    }

    static String text(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Allowed(var events) ->
                "Checked: every step is one that the protocol may take (%d events).".formatted(events);
            case Verdict.Refused refused -> "NOT ALLOWED by the protocol: " + refused;
        };
    }
}
