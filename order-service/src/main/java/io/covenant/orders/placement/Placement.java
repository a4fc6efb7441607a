package io.covenant.orders.placement;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.initiator.CommitProtocol;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An attempt to place an order.
///
/// @param order       the id of the order, if there will be one
/// @param transaction the one that runs or ran last
/// @param protocol    how it is committed
/// @param requestHash tells whether a repeated request is the same; absent without a key
/// @param refusal     present exactly when rejected
/// @param lookAt      when it is time to ask what became of the transaction
public record Placement(
        UUID order,
        TransactionId transaction,
        CommitProtocol protocol,
        Optional<String> idempotencyKey,
        Optional<String> requestHash,
        String customer,
        State state,
        Optional<Refusal> refusal,
        Instant createdAt,
        Instant lookAt) {

    public enum State {
        /// Under way, or its outcome is not known here yet.
        PENDING,
        /// There is an order.
        CONFIRMED,
        /// There is none, and will never be.
        REJECTED
    }

    /// A first attempt: order and transaction have the same id.
    static Placement begun(
            TransactionId id,
            CommitProtocol protocol,
            @Nullable String idempotencyKey,
            @Nullable String requestHash,
            String customer,
            Instant now,
            Instant lookAt) {
        return new Placement(
                id.value(),
                id,
                protocol,
                Optional.ofNullable(idempotencyKey),
                Optional.ofNullable(requestHash),
                customer,
                State.PENDING,
                Optional.empty(),
                now,
                lookAt);
    }

    /// The same attempt under another transaction.
    Placement under(TransactionId next) {
        return new Placement(
                order, next, protocol, idempotencyKey, requestHash, customer, state, refusal, createdAt, lookAt);
    }
}
