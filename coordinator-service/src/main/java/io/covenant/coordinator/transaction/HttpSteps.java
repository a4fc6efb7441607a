package io.covenant.coordinator.transaction;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.wire.StepReply;
import io.covenant.web.request.RequestId;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.covenant.web.services.ServiceAnswer.Unanswered;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Steps of sagas behind `POST /internal/v1/steps/{act,undo,fence}`.
///
/// All three may be repeated, so a request that one instance does not answer goes to the next at once.
final class HttpSteps {

    private static final Logger LOG = LoggerFactory.getLogger(HttpSteps.class);

    private final ServiceClient client;

    HttpSteps(ServiceClient client) {
        this.client = client;
    }

    SagaAnswer ask(StepCall call) {
        if (!client.knows(call.service())) {
            return silent("no service '%s' is configured".formatted(call.service()));
        }
        var request =
                ServiceRequest.post(path(call.ask()), body(call)).asRepeatable().within(call.patience());
        var requestId = call.requestId();
        if (requestId != null) {
            request = request.header(RequestId.HEADER, requestId);
        }
        return switch (client.call(call.service(), request)) {
            case Answered answered -> answer(call, answered);
            case NotSent notSent -> silent(notSent.reason());
            case Unanswered unanswered -> silent(unanswered.reason());
        };
    }

    private static String path(Ask ask) {
        return switch (ask) {
            case ACT -> "/internal/v1/steps/act";
            case UNDO -> "/internal/v1/steps/undo";
            case FENCE -> "/internal/v1/steps/fence";
        };
    }

    /// The payload goes in as it came; nothing else in here needs escaping.
    private static byte[] body(StepCall call) {
        var head = "{\"gid\":\"%s\",\"operation\":\"%s\",\"payload\":"
                .formatted(call.step().gid(), call.operation());
        var body = new ByteArrayOutputStream(head.length() + call.payload().length() + 1);
        body.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        call.payload().writeTo(body);
        body.write('}');
        return body.toByteArray();
    }

    private static SagaAnswer answer(StepCall call, Answered answer) {
        try {
            if (answer.successful()) {
                return answer.body().as(StepReply.class).toAnswer();
            }
            if (HttpParticipants.refusesForGood(answer)) {
                return new SagaAnswer.Refused(HttpParticipants.refusal(answer));
            }
        } catch (JacksonException | NullPointerException e) {
            LOG.warn("{} answered a step with something that is no answer", call.service(), e);
        }
        return silent(HttpParticipants.said(answer));
    }

    private static SagaAnswer silent(String detail) {
        return new SagaAnswer.Failed(Refusal.of("step-unanswered", detail));
    }
}
