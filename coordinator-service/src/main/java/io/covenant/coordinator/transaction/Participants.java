package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.web.services.ServiceClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The way to the services that do the work. Calls may block, and are made on virtual threads.
///
/// An implementation never throws for what the network or the other side does: not knowing is an answer.
public interface Participants {

    /// Services that are called by name over HTTP.
    static Participants overHttp(ServiceClient client, Duration finishPatience) {
        return new HttpParticipants(client, finishPatience);
    }

    /// Whether there is a service of this name to call.
    boolean knows(String service);

    /// Asks a branch to do its work so that it can go either way. Asking again about the same gid is harmless.
    PrepareAnswer prepare(Preparation preparation);

    /// Tells a service what became of some of its branches.
    FinishAnswer finish(String service, Finish how, List<BranchId> branches);

    /// Asks a saga's step to act, to undo, or not to act any more. Asking again is harmless.
    SagaAnswer step(StepCall call);

    /// Asks the site of a branch, under three-phase commit, to take part in an election or to move.
    SiteAnswer ask(String service, BranchId branch, Request request);

    /// Tells a service what became of the attempts, under three-phase commit, of some of its branches.
    ///
    /// @param how      what each outcome means for its branch: the same for all
    /// @param outcomes by branch, in order
    FinishAnswer tell(String service, Finish how, Map<BranchId, Outcome> outcomes);

    /// One question.
    ///
    /// @param more      what its protocol adds to the request: members of a JSON object, each with a comma
    ///                  behind it; mostly empty
    /// @param timeLeft  until the transaction aborts
    /// @param patience  how long to wait for the vote; not longer than the time left
    record Preparation(
            Asking asking,
            BranchId branch,
            String service,
            String operation,
            String more,
            Payload payload,
            Duration timeLeft,
            Duration patience,
            @Nullable String requestId) {}

    /// What is known after asking a branch.
    sealed interface PrepareAnswer {

        /// It voted, or was asked for something that no retry will make it do.
        ///
        /// @param holds how long a reservation holds until the branch asks what becomes of it, from when it
        ///              was asked; absent for what is prepared, and where nothing is held
        record Voted(Vote vote, @Nullable Duration holds) implements PrepareAnswer {

            public Voted(Vote vote) {
                this(vote, null);
            }
        }

        /// Nothing left this process: the branch does not know of us.
        record NotSent(String reason) implements PrepareAnswer {}

        /// It may be working, prepared, or never have heard of us: ask again.
        record Unsettled(String reason) implements PrepareAnswer {}
    }

    /// What is known after asking a site.
    sealed interface SiteAnswer {

        /// What it said, durably.
        record Said(Input input) implements SiteAnswer {}

        /// It may have moved, or not.
        record Silent(String reason) implements SiteAnswer {}
    }

    /// What is known after telling a decision.
    sealed interface FinishAnswer {

        /// One result per branch, in their order.
        record Answered(List<Settled> results) implements FinishAnswer {

            public Answered {
                results = List.copyOf(results);
            }
        }

        /// Some of them may have heard, perhaps none.
        record Unanswered(String reason) implements FinishAnswer {}
    }
}
