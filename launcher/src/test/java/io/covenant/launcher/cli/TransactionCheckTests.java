package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Gateway;
import io.covenant.transactions.replay.Verdict;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TransactionCheckTests {

    private static final String VOTE_OF_INVENTORY = """
            {"at": "2026-01-01T00:00:00Z", "atMicros": 4, "event": "voted", "branch": "inventory", "detail": "YES"},
            """;

    /// As a coordinator shows it; a later one may show more.
    private static JsonNode transaction(String protocol, String voteOfInventory) {
        return Gateway.JSON.readTree("""
                {"id": "01a00000-0000-7000-8000-000000000001", "name": "place-order", "protocol": "%s",
                 "state": "COMMITTED", "outcome": "COMMITTED", "refusal": null, "deadline": "2026-01-01T00:00:03Z",
                 "owner": "coordinator-2", "attempt": "1", "createdAt": "2026-01-01T00:00:00Z", "newer": 1,
                 "decidedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:00Z",
                 "branches": [
                   {"name": "orders", "gid": "cov1:01a00000-0000-7000-8000-000000000001:1:orders", "service": "orders",
                    "operation": "create", "vote": "YES", "refusal": null, "state": "COMMITTED", "detail": null, "heuristic": null},
                   {"name": "inventory", "gid": "cov1:01a00000-0000-7000-8000-000000000001:2:inventory", "service": "inventory",
                    "operation": "reserve", "vote": "YES", "refusal": null, "state": "COMMITTED", "detail": null, "heuristic": null}],
                 "timeline": [
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 0, "event": "begun", "branch": null, "detail": null},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 1, "event": "prepare-sent", "branch": "orders", "detail": null},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 2, "event": "prepare-sent", "branch": "inventory", "detail": null},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 3, "event": "voted", "branch": "orders", "detail": "YES"},
                   %s
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 5, "event": "votes-in", "branch": null, "detail": null},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 6, "event": "decision-proposed", "branch": null, "detail": "COMMIT"},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 7, "event": "decided", "branch": null, "detail": "COMMIT"},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 8, "event": "told", "branch": "orders", "detail": "COMMIT"},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 9, "event": "told", "branch": "inventory", "detail": "COMMIT"},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 10, "event": "acknowledged", "branch": "orders", "detail": null},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 11, "event": "acknowledged", "branch": "inventory", "detail": null},
                   {"at": "2026-01-01T00:00:00Z", "atMicros": 12, "event": "finished", "branch": null, "detail": null}]}
                """.formatted(protocol, voteOfInventory));
    }

    @Test
    void findsThatEveryStepIsAllowed() {
        var verdict = TransactionCheck.of(transaction("TWO_PHASE", VOTE_OF_INVENTORY));

        assertThat(verdict).isEqualTo(new Verdict.Allowed(13));
        assertThat(TransactionCheck.text(verdict))
                .isEqualTo("Checked: every step is one that the protocol may take (13 events).");
    }

    @Test
    void namesTheFirstStepThatIsNot() {
        var verdict = TransactionCheck.of(transaction("TWO_PHASE", ""));

        assertThat(TransactionCheck.text(verdict)).startsWith("NOT ALLOWED by the protocol: event 4, votes-in, ");
    }

    @Test
    void saysThatASagaCannotBeChecked() {
        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> TransactionCheck.of(transaction("SAGA", VOTE_OF_INVENTORY)))
                .withMessageContaining("steps");
    }
}
