package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BooksTests {

    private static final Books BEFORE = books(1_000, 0, 7, "77", 7, "77", 0, 0, 5);

    @Test
    void areInOrderWhenEverythingHappenedAsTold() {
        assertThat(books(997, 0, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 3, 0))
                .isEmpty();
    }

    @Test
    void showAnOrderThatNobodyWasTold() {
        assertThat(books(997, 0, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 2, 0))
                .hasSize(3)
                .first()
                .asString()
                .isEqualTo("3 orders were written, but 2 follow from what the clients were told");
    }

    @Test
    void showAnOrderWithoutItsStock() {
        assertThat(books(998, 0, 10, "123", 9, "99", 0, 0, 8).violations(BEFORE, 3, 0))
                .containsExactly(
                        "the 10 orders and the 9 that took stock are not the same ones",
                        "2 units left the shelves, but 3 follow from what the clients were told");
    }

    @Test
    void showOtherOrdersThanThoseThatTookStockThoughThereAreAsMany() {
        assertThat(books(997, 0, 10, "123", 10, "124", 0, 0, 8).violations(BEFORE, 3, 0))
                .hasSize(1);
    }

    @Test
    void showStockThatNoMovementExplains() {
        assertThat(books(997, 1, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 3, 0))
                .containsExactly("1 articles have another number on hand than the sum of their movements");
    }

    @Test
    void showACustomerWhoOwesTheWrongAmount() {
        assertThat(books(997, 0, 10, "123", 10, "123", 2, 0, 8).violations(BEFORE, 3, 0))
                .containsExactly("2 customers owe another amount than the sum of their orders");
    }

    @Test
    void showABranchLeftBehind() {
        assertThat(books(997, 0, 10, "123", 10, "123", 0, 1, 8).violations(BEFORE, 3, 0))
                .containsExactly("1 prepared transactions are left");
    }

    @Test
    void showACommitWithoutADecision() {
        assertThat(books(997, 0, 10, "123", 10, "123", 0, 0, 7).violations(BEFORE, 3, 0))
                .containsExactly("2 decisions to commit were recorded, but 3 follow from what the clients were told");
    }

    @Test
    void showAnAnswerThatWasNotClear() {
        assertThat(books(997, 0, 10, "123", 10, "123", 0, 0, 8).violations(BEFORE, 3, 1))
                .containsExactly("1 orders ended without a clear answer");
    }

    @Test
    void showAReservationLeftBehind() {
        var left = new Books(997, 0, 10, "123", 10, "123", 0, 0, 2, OptionalLong.of(8));

        assertThat(left.violations(BEFORE, 3, 0)).containsExactly("2 reservations are left");
    }

    @Test
    void askNoDecisionsOfAContestantThatKeepsNone() {
        var silent = new Books(997, 0, 10, "123", 10, "123", 0, 0, 0, OptionalLong.empty());

        assertThat(silent.violations(BEFORE.with(OptionalLong.empty()), 3, 0)).isEmpty();
    }

    private static Books books(
            long onHand,
            long itemsOff,
            long orders,
            String orderIds,
            long reservations,
            String reservationIds,
            long customersOff,
            long prepared,
            long decisions) {
        return new Books(
                onHand,
                itemsOff,
                orders,
                orderIds,
                reservations,
                reservationIds,
                customersOff,
                prepared,
                0,
                OptionalLong.of(decisions));
    }
}
