package io.covenant.orders.order.web;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.web.idempotency.IdempotencyKey;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import io.covenant.web.problem.Violation;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// Refusals of the shop, in the language of HTTP.
final class OrderProblems {

    private static final Duration SOON = Duration.ofSeconds(1);

    private OrderProblems() {}

    /// What was asked for names something that does not exist (422), or does not fit the state of things (409).
    static Problem refused(Refusal refusal, PlaceOrderRequest request) {
        return switch (refusal.code()) {
            case "unknown-customer" -> unknown(refusal, "customer");
            case "unknown-sku" ->
                unknown(refusal, request.fieldOf(refusal.parameters().get("sku")));
            default -> refused(refusal);
        };
    }

    static Problem refused(Refusal refusal) {
        return Problem.of(HttpStatus.CONFLICT, refusal.code(), refusal.detail()).with(refusal.parameters());
    }

    private static Problem unknown(Refusal refusal, String field) {
        return Problem.of(HttpStatus.UNPROCESSABLE_CONTENT, refusal.code(), refusal.detail())
                .with(refusal.parameters())
                .violating(List.of(new Violation(field, "must exist")));
    }

    /// Nothing happened, for a reason of the moment: the same request may be sent again.
    static Problem failed(Refusal refusal) {
        var status = switch (refusal.code()) {
            case "price-changed", "request-in-progress", "stale-token" -> HttpStatus.CONFLICT;
            default -> HttpStatus.SERVICE_UNAVAILABLE;
        };
        return Problem.of(status, refusal.code(), refusal.detail())
                .with(refusal.parameters())
                .retryAfter(SOON);
    }

    /// The problem that a transaction ended with, if there was one: who reads it can look the transaction up.
    static ProblemException of(Problem problem, @Nullable TransactionId transaction) {
        return (transaction == null ? problem : problem.with("transaction", transaction.toString())).asException();
    }

    static ProblemException keyReused() {
        return Problem.of(
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        "idempotency-key-reused",
                        "The key was used for another request.")
                .violating(List.of(new Violation(IdempotencyKey.HEADER, "must not have been used for another request")))
                .asException();
    }

    static ProblemException notYourCustomer(String customer) {
        return Problem.of(HttpStatus.FORBIDDEN, "not-your-customer", "The token is about another customer.")
                .with("customer", customer)
                .asException();
    }

    static ProblemException unknownOrder(UUID id) {
        return Problem.of(HttpStatus.NOT_FOUND, "unknown-order", "There is no order %s.".formatted(id))
                .with("order", id.toString())
                .asException();
    }

    /// Whoever was told that the order is confirmed may be faster than its last branch.
    static ProblemException pending(UUID id) {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE, "order-pending", "The order is still being placed. Ask again.")
                .with("order", id.toString())
                .retryAfter(SOON)
                .asException();
    }

    static ProblemException notCancellable(UUID id, OrderView.State state) {
        return Problem.of(HttpStatus.CONFLICT, "order-not-cancellable", "The order is %s.".formatted(state))
                .with("order", id.toString())
                .with("state", state.name())
                .asException();
    }
}
