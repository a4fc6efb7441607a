package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.TerminateReply;
import io.covenant.transactions.wire.TerminateRequest;
import io.covenant.web.services.ServiceAnswer;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.time.Duration;
import java.util.SortedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Asks any coordinator over HTTP.
final class HttpTerminationRequester implements TerminationRequester {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration SOON = Duration.ofMillis(500);

    private final ServiceClient services;
    private final String coordinator;
    private final Duration timeout;

    HttpTerminationRequester(ServiceClient services, String coordinator, Duration timeout) {
        this.services = services;
        this.coordinator = coordinator;
        this.timeout = timeout;
    }

    @Override
    public Answer terminate(BranchId branch, SortedMap<String, String> electorate) {
        if (!services.knows(coordinator)) {
            return new Answer.Silent("no service '%s' is configured".formatted(coordinator));
        }
        var body = JSON.writeValueAsBytes(new TerminateRequest(branch.gid(), electorate));
        // Any coordinator may be asked twice: whoever stands for election needs no permission.
        var request = ServiceRequest.post(
                        "/internal/v1/transactions/%s/terminate".formatted(branch.transaction()), body)
                .asRepeatable()
                .within(timeout);
        return switch (services.call(coordinator, request)) {
            case ServiceAnswer.Answered answered when answered.status() == 200 -> read(branch, answered);
            case ServiceAnswer.Answered answered -> new Answer.Silent("status " + answered.status());
            case ServiceAnswer.NotSent notSent -> new Answer.Silent(notSent.reason());
            case ServiceAnswer.Unanswered unanswered -> new Answer.Silent(unanswered.reason());
        };
    }

    private static Answer read(BranchId branch, ServiceAnswer.Answered answered) {
        try {
            var reply = answered.body().as(TerminateReply.class);
            var decided = reply.decided();
            if (decided != null) {
                return new Answer.Decided(decided.toOutcome(branch));
            }
            return new Answer.UnderWay(
                    reply.retryAfterMillis() == null ? SOON : Duration.ofMillis(reply.retryAfterMillis()));
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            return new Answer.Silent("no answer to a termination request: " + e.getMessage());
        }
    }
}
