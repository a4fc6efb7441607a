package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Vote;
import io.covenant.transactions.onephase.OnePhaseAttempts;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.wire.DecidedOutcome;
import io.covenant.transactions.wire.EvidenceReply;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.FinishReply.Finished;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.PrepareRequest;
import io.covenant.transactions.wire.PreparedBranches;
import io.covenant.web.direct.Direct;
import io.covenant.web.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/// What coordinators ask a participant. A 4xx but 425 is a definite NO, a 5xx leaves open what happened.
@RestController
@RequestMapping("/internal/v1/branches")
final class BranchController {

    /// The most branches that one request may name.
    private static final int MOST_GIDS = 1000;

    /// No transaction lasts longer, so no branch is given more time.
    private static final Duration LONGEST_DEADLINE = Duration.ofSeconds(60);

    private final BranchOperations operations;
    private final BranchExecutor executor;
    private final BranchMemory memory;
    private final BranchInsight insight;
    private final InParallel parallel;
    private final Acceptors acceptors;

    BranchController(
            BranchOperations operations,
            BranchExecutor executor,
            BranchMemory memory,
            BranchInsight insight,
            InParallel parallel,
            Acceptors acceptors) {
        this.operations = operations;
        this.executor = executor;
        this.memory = memory;
        this.insight = insight;
        this.parallel = parallel;
        this.acceptors = acceptors;
    }

    @Direct
    @PostMapping("/prepare")
    PrepareReply prepare(@RequestBody PrepareRequest<JsonNode> request) {
        return work(request, this::prepare);
    }

    /// The only branch of its transaction: does its work and commits it, and then there is no other way to go.
    @Direct
    @PostMapping("/run")
    PrepareReply run(@RequestBody PrepareRequest<JsonNode> request) {
        var branch = onePhaseBranch("gid", request.gid());
        return work(
                request,
                (_, _, operation, timeLeft, work) -> operation.readOnly()
                        ? executor.read(branch, operation.name(), timeLeft, work)
                        : executor.commitInOnePhase(branch, operation.name(), timeLeft, work));
    }

    /// How a branch's work is done.
    private interface Way {
        PrepareAnswer go(
                PrepareRequest<JsonNode> request,
                BranchId branch,
                BranchOperations.Operation operation,
                Duration timeLeft,
                BranchWork work);
    }

    private PrepareReply work(PrepareRequest<JsonNode> request, Way way) {
        var branch = branch("gid", request.gid());
        var operation = operations.named(request.operation());
        var work = operation.bind(request.payload());
        MDC.put("transaction", branch.transaction().toString());
        try {
            if (memory.isOlder(branch)) {
                return PrepareReply.of(Refusals.vote(Refusals.FORGOTTEN));
            }
            var timeLeft = Duration.ofMillis(Math.min(request.deadlineMillis(), LONGEST_DEADLINE.toMillis()));
            var answer = way.go(request, branch, operation, timeLeft, work);
            return switch (answer) {
                case PrepareAnswer.Voted(var vote) -> PrepareReply.of(vote);
                case PrepareAnswer.Ongoing _ ->
                    throw Problem.of(
                                    HttpStatus.TOO_EARLY,
                                    "branch-ongoing",
                                    "The branch is being worked on by an earlier request.")
                            .asException();
                case PrepareAnswer.Unknown _ ->
                    throw Problem.of(
                                    HttpStatus.SERVICE_UNAVAILABLE,
                                    "branch-unknown",
                                    "The participant's database did not tell what became of the branch.")
                            .retryAfter(Duration.ofSeconds(1))
                            .asException();
            };
        } finally {
            MDC.remove("transaction");
        }
    }

    private PrepareAnswer prepare(
            PrepareRequest<JsonNode> request,
            BranchId branch,
            BranchOperations.Operation operation,
            Duration timeLeft,
            BranchWork work) {
        var paxos = request.paxos();
        if (paxos != null) {
            var votes = acceptors.votes(branch, paxos);
            var answer = executor.prepare(branch, operation.name(), timeLeft, paxos.again(), work);
            if (answer instanceof PrepareAnswer.Voted(Vote.Yes _)) {
                acceptors.cast(votes);
            }
            return answer;
        }
        if (request.electorate() != null) {
            var electorate = Electorates.of(branch, "electorate", request.electorate());
            return executor.prepare(branch, operation.name(), timeLeft, !operation.readOnly(), electorate, work);
        }
        return operation.readOnly()
                ? executor.read(branch, operation.name(), timeLeft, work)
                : executor.prepare(branch, operation.name(), timeLeft, work);
    }

    @Direct
    @PostMapping("/commit")
    FinishReply commit(@RequestBody FinishRequest request) {
        return finish(request, Decision.COMMIT);
    }

    @Direct
    @PostMapping("/rollback")
    FinishReply rollback(@RequestBody FinishRequest request) {
        return finish(request, Decision.ABORT);
    }

    /// Tells of branches that were to be run whether they have committed; those that have not never will.
    @Direct
    @PostMapping("/settle")
    FinishReply settle(@RequestBody FinishRequest request) {
        var branches = branches(request, BranchController::onePhaseBranch);
        return new FinishReply(parallel.map(
                branches,
                branch -> finished(
                        branch,
                        memory.isOlder(branch)
                                ? new FinishAnswer.Hazard("it is so old that what it did may be forgotten here")
                                : executor.settle(branch))));
    }

    private FinishReply finish(FinishRequest request, Decision decision) {
        var branches = branches(request, BranchController::branch);
        var outcomes = outcomes(request, branches, decision);
        return new FinishReply(parallel.map(branches, branch -> {
            var outcome = outcomes.get(branch);
            return finished(
                    branch, outcome == null ? executor.finish(branch, decision) : executor.finish(branch, outcome));
        }));
    }

    private static List<BranchId> branches(
            FinishRequest request, BiFunction<String, @Nullable String, BranchId> reading) {
        var gids = request.gids();
        if (gids.isEmpty() || gids.size() > MOST_GIDS) {
            throw Problem.ofField("validation-failed", "gids", "must name 1 to %d branches".formatted(MOST_GIDS))
                    .asException();
        }
        var branches = new ArrayList<BranchId>(gids.size());
        for (var gid : gids) {
            branches.add(reading.apply("gids[%d]".formatted(branches.size()), gid));
        }
        return branches;
    }

    /// Of the branches under three-phase commit.
    private static Map<BranchId, Outcome> outcomes(FinishRequest request, List<BranchId> branches, Decision decision) {
        var told = request.outcomes();
        if (told == null) {
            return Map.of();
        }
        var outcomes = new HashMap<BranchId, Outcome>();
        for (var branch : branches) {
            var outcome = told.get(branch.gid());
            if (outcome != null) {
                outcomes.put(branch, outcome(branch, outcome, decision));
            }
        }
        return outcomes;
    }

    private static Outcome outcome(BranchId branch, DecidedOutcome told, Decision decision) {
        try {
            var outcome = told.toOutcome(branch);
            if (outcome.decisionFor(branch) == decision) {
                return outcome;
            }
        } catch (IllegalArgumentException | NullPointerException e) {
            // said below
        }
        throw Problem.ofField(
                        "invalid-value",
                        "outcomes",
                        "must be, for each branch, an outcome of its own attempt that means what the path says")
                .asException();
    }

    private static Finished finished(BranchId branch, FinishAnswer answer) {
        return switch (answer) {
            case FinishAnswer.Done _ -> new Finished(branch.gid(), Result.DONE, null);
            case FinishAnswer.Committed _ -> new Finished(branch.gid(), Result.COMMITTED, null);
            case FinishAnswer.Hazard(var detail) -> new Finished(branch.gid(), Result.HAZARD, detail);
            case FinishAnswer.Unknown(var reason) -> new Finished(branch.gid(), Result.RETRY, reason);
        };
    }

    @GetMapping("/prepared")
    PreparedBranches prepared() {
        return insight.prepared();
    }

    @GetMapping("/evidence")
    EvidenceReply evidence(@RequestParam String gid) {
        return new EvidenceReply(gid, insight.evidence(branch("gid", gid)));
    }

    private static BranchId onePhaseBranch(String field, @Nullable String gid) {
        var branch = branch(field, gid);
        if (!OnePhaseAttempts.isOne(branch.transaction(), branch.attempt())) {
            throw Problem.ofField("invalid-value", field, "must be a branch that commits in one phase")
                    .asException();
        }
        return branch;
    }

    static BranchId branch(String field, @Nullable String gid) {
        return BranchId.parse(gid == null ? "" : gid)
                .orElseThrow(() -> Problem.ofField(
                                "invalid-value",
                                field,
                                "must be a branch such as cov1:<transaction>:<attempt>:<branch>")
                        .asException());
    }
}
