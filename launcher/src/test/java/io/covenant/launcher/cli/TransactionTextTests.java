package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Gateway;
import org.junit.jupiter.api.Test;

class TransactionTextTests {

    @Test
    void tellsATransactionAsATable() {
        var transaction = Gateway.JSON.readTree("""
                {"id": "0192", "name": "place-order", "protocol": "TWO_PHASE", "state": "COMMITTED", "owner": "coordinator-2",
                 "timeline": [
                   {"atMicros": 0, "event": "begun"},
                   {"atMicros": 3217, "event": "voted", "branch": "inventory", "detail": "YES"},
                   {"atMicros": 12345678, "event": "finished"}],
                 "branches": [
                   {"name": "orders", "operation": "create", "state": "COMMITTED", "vote": "YES"},
                   {"name": "inventory", "operation": "reserve", "state": "HAZARD", "heuristic":
                     {"outcome": "COMMITTED", "by": "olga", "reason": "counted by hand", "at": "2026-08-01T10:00:00Z"}}]}
                """);

        assertThat(TransactionText.lines(transaction))
                .containsExactly(
                        "Transaction 0192 (place-order, TWO_PHASE): COMMITTED, driven by coordinator-2",
                        "  after        event     branch",
                        "      0.00 ms  begun",
                        "      3.22 ms  voted     inventory  YES",
                        "  12345.68 ms  finished",
                        "  branch orders: create COMMITTED, voted YES",
                        "  branch inventory: reserve HAZARD",
                        "    taken for COMMITTED by the word of olga at 2026-08-01T10:00:00Z: counted by hand");
    }
}
