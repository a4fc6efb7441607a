package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.Plans;
import io.covenant.coordinator.Traces;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.Event;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What try, confirm, cancel has that two-phase commit has not.
@Timeout(120)
class TryConfirmCancelDriveTests {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration BRIEF = Duration.ofMillis(200);

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();
    private final ModelParticipants services = new ModelParticipants("orders", "inventory");
    private final Transactions transactions = new Transactions(
            store,
            services,
            Incarnation.of("coordinator-1"),
            TransactionSettings.defaults(),
            TransactionListener.NONE,
            CrashPoints.none(),
            InstantSource.system(),
            System::nanoTime,
            new AtomicInteger(),
            Duration.ofDays(8));

    @AfterEach
    void close() {
        transactions.close();
        Traces.requireAllowed(transactions);
    }

    @Test
    void reservesAndConfirms() {
        var transaction = decided(transactions.run(order()));

        assertThat(transaction.protocol()).isEqualTo("TCC");
        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(services.branches().values()).containsExactly(Held.COMMITTED, Held.COMMITTED);
        assertThat(transaction.timeline())
                .filteredOn(event -> "orders".equals(event.branch()))
                .extracting(Event::event, Event::detail)
                .containsExactly(
                        tuple("try-sent", null),
                        tuple("tried", "RESERVED"),
                        tuple("told", "CONFIRM"),
                        tuple("acknowledged", null));
    }

    @Test
    void confirmsNothingWhereNothingWasReserved() {
        services.onPrepare(
                preparation -> preparation.service().equals("orders") ? new Voted(new Vote.ReadOnly()) : null);

        var transaction = decided(transactions.run(order()));

        assertThat(transaction.branches())
                .extracting(TransactionResource.Branch::state)
                .containsExactly(BranchState.READ_ONLY, BranchState.COMMITTED);
        assertThat(services.calls("finish orders")).isZero();
    }

    @Test
    void cancelsWhatIsReservedWhenAnotherRefuses() {
        services.onPrepare(preparation -> {
            if (preparation.service().equals("orders")) {
                return null;
            }
            await().until(() -> services.branches().containsValue(Held.RESERVED));
            return ModelParticipants.no("out-of-stock");
        });

        var transaction = decided(transactions.run(order()));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.timeline()).extracting(Event::detail).contains("REFUSED", "CANCEL");
        await().until(() -> services.branches().containsValue(Held.ABORTED));
        assertThat(store.register(new TransactionId(transaction.id()))).isEmpty();
    }

    @Test
    void givesUpWhenTheFirstReservationIsOver() {
        services.onPrepare(preparation -> {
            services.askHonestly(preparation.asking(), preparation.branch());
            return preparation.service().equals("orders")
                    ? new Voted(new Vote.Yes(), BRIEF)
                    : new PrepareAnswer.Unsettled("slow");
        });

        var transaction = decided(transactions.run(order()));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.timeline()).extracting(Event::event).contains("reservation-over");
        assertThat(transaction.decidedAt())
                .isBetween(
                        transaction.createdAt().plus(BRIEF),
                        transaction.createdAt().plus(LONG.dividedBy(2)));
        await().until(() -> services.branches().values().stream().allMatch(Held.ABORTED::equals));
    }

    @Test
    void confirmsHoweverLongTheRegisterTakesTheDecision() {
        var holds = Duration.ofSeconds(2);
        services.onPrepare(preparation -> {
            services.askHonestly(preparation.asking(), preparation.branch());
            if (preparation.service().equals("inventory")) {
                store.fail(7); // with pauses that are longer together than the reservation holds
            }
            return new Voted(new Vote.Yes(), holds);
        });

        var transaction = decided(transactions.run(Plans.inTurn(order())));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.finishedAt()).isAfter(transaction.createdAt().plus(holds));
        assertThat(services.branches().values()).containsExactly(Held.COMMITTED, Held.COMMITTED);
    }

    @Test
    void keepsWhatWasFoundInPlaceOfAReservation() {
        services.onFinish((branch, decision) -> branch.name().equals("inventory") && decision == Decision.COMMIT
                ? Settled.hazard(branch.gid(), Finding.RESERVATION_GONE, "the shelf was cleared")
                : null);

        var transaction = decided(transactions.run(order()));

        assertThat(transaction.state()).isEqualTo(State.HAZARD);
        assertThat(transaction.branches().get(1))
                .returns(BranchState.HAZARD, TransactionResource.Branch::state)
                .returns("RESERVATION_GONE: the shelf was cleared", TransactionResource.Branch::detail);
        await().untilAsserted(() -> assertThat(store.find(new TransactionId(transaction.id())))
                .get()
                .satisfies(stored -> assertThat(stored.hazard()).isTrue())
                .extracting(stored -> stored.branches().get(1).detail())
                .isEqualTo("RESERVATION_GONE: the shelf was cleared"));
    }

    private static TransactionPlan order() {
        return Plans.under(CommitProtocol.TCC, Plans.order(Plans.id(), LONG, "orders", "inventory"));
    }

    private static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }
}
