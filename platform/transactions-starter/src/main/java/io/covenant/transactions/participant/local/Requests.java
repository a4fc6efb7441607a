package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// What requests about local branches have in common.
final class Requests {

    /// The most branches that one request may name.
    private static final int MOST_GIDS = 1000;

    private Requests() {}

    static BranchId branch(String field, @Nullable String gid) {
        return BranchId.parse(gid == null ? "" : gid)
                .orElseThrow(() -> Problem.ofField(
                                "invalid-value",
                                field,
                                "must be a branch such as cov1:<transaction>:<attempt>:<branch>")
                        .asException());
    }

    static List<BranchId> branches(List<String> gids) {
        if (gids.isEmpty() || gids.size() > MOST_GIDS) {
            throw Problem.ofField("validation-failed", "gids", "must name 1 to %d branches".formatted(MOST_GIDS))
                    .asException();
        }
        var branches = new ArrayList<BranchId>(gids.size());
        for (var gid : gids) {
            branches.add(branch("gids[%d]".formatted(branches.size()), gid));
        }
        return branches;
    }

    /// Neither a yes nor a no.
    static ProblemException askAgain(LocalAnswer.AskAgain<?> again) {
        return again.ongoing()
                ? Problem.of(HttpStatus.TOO_EARLY, "branch-ongoing", "Ask again: " + again.reason() + ".")
                        .asException()
                : Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "branch-unknown",
                                "The participant cannot tell what became of the branch.")
                        .retryAfter(Duration.ofSeconds(1))
                        .asException();
    }
}
