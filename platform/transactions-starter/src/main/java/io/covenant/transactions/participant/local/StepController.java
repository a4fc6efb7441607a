package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.wire.StepReply;
import io.covenant.transactions.wire.StepRequest;
import io.covenant.web.direct.Direct;
import java.util.function.Function;
import org.slf4j.MDC;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/// What coordinators ask about steps of sagas. A 4xx but 425 is a definite refusal, a 5xx leaves open what happened.
@RestController
@RequestMapping("/internal/v1/steps")
final class StepController {

    private final SagaSteps steps;
    private final LocalExecutor executor;

    StepController(SagaSteps steps, LocalExecutor executor) {
        this.steps = steps;
        this.executor = executor;
    }

    @Direct
    @PostMapping("/act")
    StepReply act(@RequestBody StepRequest<JsonNode> request) {
        var step = steps.step(request.operation());
        var work = step.bind(request.payload());
        return reply(request, branch -> executor.act(branch, step.name(), step.reports(), work));
    }

    @Direct
    @PostMapping("/undo")
    StepReply undo(@RequestBody StepRequest<JsonNode> request) {
        var compensation = steps.compensation(request.operation());
        var work = compensation.bind(request.payload());
        return reply(request, branch -> executor.undo(branch, compensation.name(), work));
    }

    @Direct
    @PostMapping("/fence")
    StepReply fence(@RequestBody StepRequest<JsonNode> request) {
        var step = steps.step(request.operation());
        return reply(request, branch -> executor.fence(branch, step.name()));
    }

    private static StepReply reply(
            StepRequest<JsonNode> request, Function<BranchId, LocalAnswer<SagaAnswer>> executed) {
        var branch = Requests.branch("gid", request.gid());
        MDC.put("transaction", branch.transaction().toString());
        try {
            return switch (executed.apply(branch)) {
                case LocalAnswer.Given(var answer) -> StepReply.of(answer);
                case LocalAnswer.AskAgain<?> again -> throw Requests.askAgain(again);
            };
        } finally {
            MDC.remove("transaction");
        }
    }
}
