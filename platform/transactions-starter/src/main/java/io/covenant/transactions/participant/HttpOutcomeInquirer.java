package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.paxoscommit.PaxosAttempts;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.web.services.ServiceAnswer;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.time.Duration;
import tools.jackson.core.JacksonException;

/// Asks any coordinator over HTTP.
final class HttpOutcomeInquirer implements OutcomeInquirer {

    private static final int GONE = 410;
    private static final Duration SOON = Duration.ofMillis(500);

    private final ServiceClient services;
    private final String coordinator;
    private final Duration timeout;

    HttpOutcomeInquirer(ServiceClient services, String coordinator, Duration timeout) {
        this.services = services;
        this.coordinator = coordinator;
        this.timeout = timeout;
    }

    @Override
    public Answer outcomeOf(BranchId branch) {
        if (!services.knows(coordinator)) {
            return new Answer.Silent("no service '%s' is configured".formatted(coordinator));
        }
        var request = ServiceRequest.get(
                        "/api/v1/transactions/%s/outcome?branch=%s".formatted(branch.transaction(), branch.gid()))
                .within(timeout);
        return switch (services.call(coordinator, request)) {
            case ServiceAnswer.Answered answered when answered.status() == 200 -> read(answered);
            case ServiceAnswer.Answered answered
            when answered.status() == GONE && PaxosAttempts.isOne(branch.attempt()) -> new Answer.Forgotten();
            case ServiceAnswer.Answered answered -> new Answer.Silent("status " + answered.status());
            case ServiceAnswer.NotSent notSent -> new Answer.Silent(notSent.reason());
            case ServiceAnswer.Unanswered unanswered -> new Answer.Silent(unanswered.reason());
        };
    }

    private static Answer read(ServiceAnswer.Answered answered) {
        try {
            var reply = answered.body().as(OutcomeReply.class);
            return switch (reply.outcome()) {
                case null -> new Answer.Silent("an answer without an outcome");
                case COMMITTED -> new Answer.Decided(Decision.COMMIT);
                case ABORTED -> new Answer.Decided(Decision.ABORT);
                case UNDECIDED ->
                    new Answer.Undecided(
                            reply.retryAfterMillis() == null ? SOON : Duration.ofMillis(reply.retryAfterMillis()));
            };
        } catch (JacksonException e) {
            return new Answer.Silent("not an outcome: " + e.getOriginalMessage());
        }
    }
}
