package io.covenant.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InDoubtTests {

    @Test
    void believesTheDriverOfATransactionAndShowsNothingTwice() {
        var stranger = Gateway.JSON.readTree("""
                {"transactions": [{"id": "1", "why": "driven by coordinator-2"}],
                 "orphans": [{"gid": "g"}], "silent": [{"service": "orders"}]}
                """);
        var driver = Gateway.JSON.readTree("""
                {"transactions": [{"id": "1", "why": "not confirmed", "attempts": 3}],
                 "orphans": [{"gid": "g"}], "silent": []}
                """);

        for (var views : List.of(List.of(stranger, driver), List.of(driver, stranger))) {
            var doubts = InDoubt.of(views);
            assertThat(doubts.transactions())
                    .singleElement()
                    .satisfies(transaction ->
                            assertThat(transaction.path("why").asString()).isEqualTo("not confirmed"));
            assertThat(doubts.orphans()).hasSize(1);
            assertThat(doubts.silent()).hasSize(1);
        }
    }

    @Test
    void isEmptyWhenNobodyDoubts() {
        assertThat(InDoubt.of(List.of(Gateway.JSON.readTree("{\"transactions\": []}")))
                        .isEmpty())
                .isTrue();
    }
}
