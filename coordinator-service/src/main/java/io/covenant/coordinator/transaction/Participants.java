package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.FinishReply.Finished;
import io.covenant.web.services.ServiceClient;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The way to the services that do the work. Both calls may block, and are made on virtual threads.
///
/// An implementation never throws for what the network or the other side does: not knowing is an answer.
public interface Participants {

    /// Services that are called by name over HTTP.
    static Participants overHttp(ServiceClient client, Duration finishPatience) {
        return new HttpParticipants(client, finishPatience);
    }

    /// Whether there is a service of this name to call.
    boolean knows(String service);

    /// Asks a branch to do its work and to vote. Asking again about the same gid is harmless.
    PrepareAnswer prepare(Preparation preparation);

    /// Tells a service what became of some of its branches.
    FinishAnswer finish(String service, Decision decision, List<BranchId> branches);

    /// One prepare.
    ///
    /// @param timeLeft  until the transaction aborts
    /// @param patience  how long to wait for the vote; not longer than the time left
    record Preparation(
            BranchId branch,
            String service,
            String operation,
            Payload payload,
            Duration timeLeft,
            Duration patience,
            @Nullable String requestId) {}

    /// What is known after asking a branch to prepare.
    sealed interface PrepareAnswer {

        /// It voted, or was asked for something that no retry will make it do.
        record Voted(Vote vote) implements PrepareAnswer {}

        /// Nothing left this process: the branch does not know of us.
        record NotSent(String reason) implements PrepareAnswer {}

        /// It may be working, prepared, or never have heard of us: ask again.
        record Unsettled(String reason) implements PrepareAnswer {}
    }

    /// What is known after telling a decision.
    sealed interface FinishAnswer {

        /// One result per branch, in their order.
        record Answered(List<Finished> results) implements FinishAnswer {

            public Answered {
                results = List.copyOf(results);
            }
        }

        /// Some of them may have heard, perhaps none.
        record Unanswered(String reason) implements FinishAnswer {}
    }
}
