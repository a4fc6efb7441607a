package io.covenant.coordinator.operation;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.EvidenceReply;
import io.covenant.transactions.wire.PreparedBranches;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.covenant.web.services.ServiceAnswer.Unanswered;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.time.Duration;
import java.util.Set;
import tools.jackson.core.JacksonException;

/// What the participants' databases show, asked for over HTTP.
final class ParticipantInsight {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ServiceClient client;

    ParticipantInsight(ServiceClient client) {
        this.client = client;
    }

    /// What became of a question.
    sealed interface Reply<T> {

        record Told<T>(T what) implements Reply<T> {}

        /// The service has no such door: it takes part in nothing.
        record NoParticipant<T>() implements Reply<T> {}

        record Silent<T>(String why) implements Reply<T> {}
    }

    Set<String> services() {
        return client.names();
    }

    Reply<PreparedBranches> prepared(String service) {
        return ask(service, "/internal/v1/branches/prepared", PreparedBranches.class);
    }

    Reply<EvidenceReply> evidence(String service, BranchId branch) {
        return ask(service, "/internal/v1/branches/evidence?gid=" + branch.gid(), EvidenceReply.class);
    }

    private <T> Reply<T> ask(String service, String path, Class<T> type) {
        if (!client.knows(service)) {
            return new Reply.Silent<>("no service '%s' is configured".formatted(service));
        }
        return switch (client.call(service, ServiceRequest.get(path).within(PATIENCE))) {
            case Answered answered
            when answered.successful() -> {
                try {
                    yield new Reply.Told<>(answered.body().as(type));
                } catch (JacksonException e) {
                    yield new Reply.Silent<>("%s answers with something else".formatted(answered.instance()));
                }
            }
            case Answered answered when answered.status() == 404 -> new Reply.NoParticipant<>();
            case Answered answered ->
                new Reply.Silent<>("%s answers with status %d".formatted(answered.instance(), answered.status()));
            case NotSent notSent -> new Reply.Silent<>(notSent.reason());
            case Unanswered unanswered -> new Reply.Silent<>(unanswered.reason());
        };
    }
}
