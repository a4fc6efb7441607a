package io.covenant.transactions.initiator;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.State;
import io.covenant.web.services.ServiceAnswer.Answered;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;

/// What a coordinator's answer says about a transaction.
sealed interface Reading {

    /// It is decided.
    record Known(Outcome outcome) implements Reading {}

    /// This coordinator has not begun it, and says so.
    record NotBegun(String reason) implements Reading {}

    /// It may have begun, and no outcome is known.
    record Open(String reason) implements Reading {}

    /// The codes with which a coordinator says that it has begun nothing.
    Set<String> NOT_BEGUN = Set.of("register-unavailable", "too-many-transactions", "shutting-down");

    Refusal UNEXPLAINED = Refusal.of(
            "transaction-aborted",
            "The transaction was aborted and no branch said why: its deadline passed, or a service did not answer.");

    /// An answer to "run this".
    ///
    /// @throws TransactionRejectedException when the coordinator never will
    static Reading ofRun(TransactionId id, Answered answered) {
        int status = answered.status();
        if (status == 200 || status == 201) {
            return ofResource(id, answered).<Reading>map(Known::new).orElseGet(() -> new Open("not an outcome"));
        }
        var problem = problem(answered);
        if (status == 503 && NOT_BEGUN.contains(problem.code())) {
            return new NotBegun(problem.code());
        }
        boolean definite = answered.refused() && status != 408 && status != 425 && status != 429;
        if (definite) {
            throw new TransactionRejectedException(id, problem.code(), problem.detail());
        }
        return new Open("status " + status);
    }

    /// The outcome that a transaction's resource shows, if it is decided.
    static Optional<Outcome> ofResource(TransactionId id, Answered answered) {
        if (!answered.successful()) {
            return Optional.empty();
        }
        try {
            var resource = answered.body().as(TransactionResource.class);
            return outcome(id, resource);
        } catch (JacksonException notAResource) {
            return Optional.empty();
        }
    }

    private static Optional<Outcome> outcome(TransactionId id, TransactionResource resource) {
        return switch (resource.outcome()) {
            case null -> Optional.empty();
            case COMMITTED -> Optional.of(new Outcome.Committed(id, resource.state() != State.COMMITTING));
            case ABORTED -> {
                var why = resource.refusal();
                yield Optional.of(
                        why == null
                                ? new Outcome.Aborted(id, UNEXPLAINED, null)
                                : new Outcome.Aborted(
                                        id, new Refusal(why.code(), why.detail(), why.parameters()), why.branch()));
            }
            case UNDECIDED -> Optional.empty();
        };
    }

    /// The outcome that an inquiry was answered with, if it is decided.
    static Optional<Outcome> ofInquiry(TransactionId id, Answered answered) {
        if (answered.status() != 200) {
            return Optional.empty();
        }
        try {
            return switch (answered.body().as(OutcomeReply.class).outcome()) {
                case null -> Optional.empty();
                // Only the decision: nobody said how far it has come.
                case COMMITTED -> Optional.of(new Outcome.Committed(id, false));
                case ABORTED -> Optional.of(new Outcome.Aborted(id, UNEXPLAINED, null));
                case UNDECIDED -> Optional.empty();
            };
        } catch (JacksonException notAnOutcome) {
            return Optional.empty();
        }
    }

    /// The parts of a problem document that programs and people need.
    record ProblemBody(String code, String detail) {}

    private static ProblemBody problem(Answered answered) {
        try {
            var tree = answered.body().asTree();
            return new ProblemBody(
                    tree.path("code").asString("status-" + answered.status()),
                    tree.path("detail").asString("no detail"));
        } catch (JacksonException notAProblem) {
            return new ProblemBody("status-" + answered.status(), "no detail");
        }
    }
}
