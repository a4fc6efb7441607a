package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.InDoubt;
import java.util.List;
import org.junit.jupiter.api.Test;

class InDoubtTextTests {

    @Test
    void tellsWhatATransactionWaitsForAndWhoWaitsForIt() {
        var transaction = Gateway.JSON.readTree("""
                {"id": "0192", "name": "place-order", "protocol": "TCC", "state": "COMMITTING", "owner": "coordinator-2", "ageMillis": 62040,
                 "why": "not confirmed by inventory", "attempts": 7, "nextAttemptMillis": 2500,
                 "branches": [
                   {"name": "orders", "state": "COMMITTED"},
                   {"name": "inventory", "state": "PREPARED", "detail": "connection refused",
                    "prepared": {"gid": "cov1:...", "ageMillis": 61900, "locks": 3, "waiters": 1,
                    "holding": "PREPARED"}},
                   {"name": "credit", "state": "PREPARED",
                    "prepared": {"gid": "cov1:...", "ageMillis": 61900, "locks": 0, "waiters": 0,
                    "holding": "RESERVED"}}]}
                """);

        assertThat(InDoubtText.lines(new InDoubt(List.of(transaction), List.of(), List.of())))
                .containsExactly(
                        "0192 (place-order, TCC) COMMITTING for 62.0 s, driven by coordinator-2: not confirmed by inventory;"
                                + " tried 7 times, again in 2.5 s",
                        "  branch orders: COMMITTED",
                        "  branch inventory: PREPARED, prepared for 61.9 s, holds 3 locks, 1 transaction waits"
                                + " (connection refused)",
                        "  branch credit: PREPARED, reserved for 61.9 s");
    }

    @Test
    void tellsOfBranchesThatNobodyAccountsForAndOfServicesThatDoNotTell() {
        var orphan = Gateway.JSON.readTree("""
                {"service": "inventory", "gid": "cov1:0192:7:inventory", "ageMillis": 9000, "locks": 2, "waiters": 0,
                 "why": "no coordinator remembers its transaction"}
                """);
        var silent = Gateway.JSON.readTree("{\"service\": \"orders\", \"why\": \"connection refused\"}");

        assertThat(InDoubtText.lines(new InDoubt(List.of(), List.of(orphan), List.of(silent))))
                .containsExactly(
                        "orphan at inventory, prepared for 9.0 s, holds 2 locks: no coordinator remembers its transaction",
                        "  cov1:0192:7:inventory",
                        "orders does not tell what it holds: connection refused");
    }

    @Test
    void saysSoWhenNothingIsInDoubt() {
        assertThat(InDoubtText.lines(new InDoubt(List.of(), List.of(), List.of())))
                .containsExactly("Nothing is in doubt.");
    }
}
