package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.InParallel;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.SettleReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TryReply;
import io.covenant.transactions.wire.TryRequest;
import io.covenant.web.direct.Direct;
import java.time.Duration;
import org.slf4j.MDC;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/// What coordinators ask about reservations. A 4xx but 425 is a definite refusal, a 5xx leaves open what happened.
@RestController
@RequestMapping("/internal/v1/branches")
final class ReservationController {

    /// No transaction lasts longer, so no branch is given more time.
    private static final Duration LONGEST_DEADLINE = Duration.ofSeconds(60);

    private final TccOperations operations;
    private final LocalExecutor executor;
    private final InParallel parallel;

    ReservationController(TccOperations operations, LocalExecutor executor, InParallel parallel) {
        this.operations = operations;
        this.executor = executor;
        this.parallel = parallel;
    }

    @Direct
    @PostMapping("/try")
    TryReply reserve(@RequestBody TryRequest<JsonNode> request) {
        var branch = Requests.branch("gid", request.gid());
        var operation = operations.named(request.operation());
        var work = operation.bind(request.payload());
        var timeLeft = Duration.ofMillis(Math.min(request.deadlineMillis(), LONGEST_DEADLINE.toMillis()));
        MDC.put("transaction", branch.transaction().toString());
        try {
            return switch (executor.reserve(branch, operation.name(), timeLeft, work)) {
                case LocalAnswer.Given(var answer) -> TryReply.of(answer);
                case LocalAnswer.AskAgain<?> again -> throw Requests.askAgain(again);
            };
        } finally {
            MDC.remove("transaction");
        }
    }

    @Direct
    @PostMapping("/confirm")
    SettleReply confirm(@RequestBody FinishRequest request) {
        return settle(request, Decision.COMMIT);
    }

    @Direct
    @PostMapping("/cancel")
    SettleReply cancel(@RequestBody FinishRequest request) {
        return settle(request, Decision.ABORT);
    }

    private SettleReply settle(FinishRequest request, Decision decision) {
        return new SettleReply(parallel.map(Requests.branches(request.gids()), branch -> settle(branch, decision)));
    }

    private Settled settle(BranchId branch, Decision decision) {
        return switch (executor.settle(branch, decision, operations)) {
            case LocalAnswer.Given(Settlement.Done _) -> Settled.done(branch.gid());
            case LocalAnswer.Given(Settlement.Hazard(var finding)) ->
                Settled.hazard(branch.gid(), finding, Findings.detailOf(finding));
            case LocalAnswer.AskAgain<?> again -> Settled.retry(branch.gid(), again.reason());
        };
    }
}
