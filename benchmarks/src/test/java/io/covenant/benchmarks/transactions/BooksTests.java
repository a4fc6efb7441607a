package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BooksTests {

    private static final Books BEFORE = new Books(1_000, 0, 7, "77", 7, "77", 0, 0, 5);

    @Test
    void areInOrderWhenEverythingHappenedAsTold() {
        assertThat(new Books(997, 0, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 3, 0))
                .isEmpty();
    }

    @Test
    void showAnOrderThatNobodyWasTold() {
        assertThat(new Books(997, 0, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 2, 0))
                .hasSize(3)
                .first()
                .asString()
                .isEqualTo("3 orders were written, but 2 follow from what the clients were told");
    }

    @Test
    void showAnOrderWithoutItsStock() {
        assertThat(new Books(998, 0, 10, "123", 9, "99", 0, 0, 8).violations(BEFORE, 3, 0))
                .containsExactly(
                        "the 10 orders and the 9 that took stock are not the same ones",
                        "2 units left the shelves, but 3 follow from what the clients were told");
    }

    @Test
    void showOtherOrdersThanThoseThatTookStockThoughThereAreAsMany() {
        assertThat(new Books(997, 0, 10, "123", 10, "124", 0, 0, 8).violations(BEFORE, 3, 0))
                .hasSize(1);
    }

    @Test
    void showStockThatNoMovementExplains() {
        assertThat(new Books(997, 1, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 3, 0))
                .containsExactly("1 articles have another number on hand than the sum of their movements");
    }

    @Test
    void showACustomerWhoOwesTheWrongAmount() {
        assertThat(new Books(997, 0, 10, "123", 10, "123", 2, 0, 8).violations(BEFORE, 3, 0))
                .containsExactly("2 customers owe another amount than the sum of their orders");
    }

    @Test
    void showABranchLeftBehind() {
        assertThat(new Books(997, 0, 10, "123", 10, "123", 0, 1, 8).violations(BEFORE, 3, 0))
                .containsExactly("1 prepared transactions are left");
    }

    @Test
    void showACommitWithoutADecision() {
        assertThat(new Books(997, 0, 10, "123", 10, "123", 0, 0, 7).violations(BEFORE, 3, 0))
                .containsExactly("2 decisions to commit were recorded, but 3 follow from what the clients were told");
    }

    @Test
    void showAnAnswerThatWasNotClear() {
        assertThat(new Books(997, 0, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 3, 1))
                .containsExactly("1 orders ended without a clear answer");
    }
}
