package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.AttemptRequest;
import io.covenant.transactions.wire.DecidedOutcome;
import io.covenant.transactions.wire.ElectRequest;
import io.covenant.transactions.wire.ElectionNumber;
import io.covenant.transactions.wire.SiteReply;
import io.covenant.web.direct.Direct;
import io.covenant.web.problem.Problem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// What coordinators ask the sites of a three-phase commit. An answer is on disk before it is given.
@RestController
@RequestMapping("/internal/v1/branches")
final class SiteController {

    private final BranchExecutor executor;
    private final BranchMemory memory;

    SiteController(BranchExecutor executor, BranchMemory memory) {
        this.executor = executor;
        this.memory = memory;
    }

    @Direct
    @PostMapping("/elect")
    SiteReply elect(@RequestBody ElectRequest request) {
        var branch = BranchController.branch("gid", request.gid());
        var election = checked(request.election()).toElection();
        return answer(branch, election, new Request.Elect(election));
    }

    @Direct
    @PostMapping("/attempt")
    SiteReply attempt(@RequestBody AttemptRequest request) {
        var branch = BranchController.branch("gid", request.gid());
        var election = checked(request.election()).toElection();
        try {
            var outcome = new DecidedOutcome(request.decision(), request.sealed()).toOutcome(branch);
            return answer(branch, election, new Request.Attempt(election, outcome));
        } catch (IllegalArgumentException e) {
            throw Problem.ofField("invalid-value", "sealed", String.valueOf(e.getMessage()))
                    .asException();
        }
    }

    private static ElectionNumber checked(@Nullable ElectionNumber election) {
        if (election == null || election.round() < 1) {
            throw Problem.ofField("invalid-value", "election", "must have a round of at least 1")
                    .asException();
        }
        return election;
    }

    private SiteReply answer(BranchId branch, Election election, Request request) {
        if (memory.isOlder(branch)) {
            throw Problem.of(
                            HttpStatus.GONE,
                            Refusals.FORGOTTEN.code(),
                            "The transaction is older than the participant's memory of where it stood.")
                    .asException();
        }
        MDC.put("transaction", branch.transaction().toString());
        try {
            var reply = executor.ask(branch, request)
                    .orElseThrow(() -> Problem.of(
                                    HttpStatus.SERVICE_UNAVAILABLE,
                                    "branch-unknown",
                                    "The participant's database did not tell where the branch stands.")
                            .retryAfter(Duration.ofSeconds(1))
                            .asException());
            requireCurrent(election, reply);
            return reply;
        } finally {
            MDC.remove("transaction");
        }
    }

    /// Refuses an election that is over, with the reply in the problem: whoever stood in it sees there how to go on.
    private static void requireCurrent(Election election, SiteReply reply) {
        var standing = reply.standing();
        if (reply.answer() == SiteReply.Answer.REFUSED
                && standing != null
                && election.compareTo(standing.lastElected().toElection()) < 0) {
            throw Problem.of(
                            HttpStatus.PRECONDITION_FAILED,
                            "stale-election",
                            "The branch has taken part in election %s, and obeys none below it."
                                    .formatted(standing.lastElected().toElection()))
                    .with("answer", reply.answer())
                    .with("standing", standing)
                    .asException();
        }
    }
}
