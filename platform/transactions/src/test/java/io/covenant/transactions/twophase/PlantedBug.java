package io.covenant.transactions.twophase;

import io.covenant.transactions.simulated.DatabaseFlaw;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A mistake that somebody could make, in a core or in a shell around it. The simulation must find each.
enum PlantedBug {
    DECISION_NOT_FORCED("The register reports a decision before it is forced."),
    NO_VOTE_IGNORED("The coordinator takes a NO for a branch that only read."),
    LATE_PREPARE_ACCEPTED(DatabaseFlaw.LATE_PREPARE_ACCEPTED),
    FENCE_NOT_FORCED(DatabaseFlaw.FENCE_NOT_FORCED),
    PREPARE_NOT_FORCED(DatabaseFlaw.PREPARE_NOT_FORCED),
    MISSING_IS_SUCCESS("COMMIT PREPARED says \"does not exist\", and the participant confirms."),
    TOMBSTONE_NOT_WRITTEN("An inquiry after the deadline is answered ABORT, and nothing is written."),
    ATTEMPT_NOT_IN_BRANCH("Every attempt of a transaction uses the same branch ids."),
    TAKE_OVER_COMMITS("A take-over that finds every branch prepared proposes COMMIT."),
    TAKE_OVER_VOTES_ANEW("A take-over sends the prepares once more and counts the votes."),
    TAKE_OVER_PRESUMES_ABORT("A take-over tells ABORT without asking the register."),
    ANSWER_BEFORE_DECISION("The client hears COMMITTED when all votes are in, before the decision is durable."),
    EXPIRY_OVERTAKES_COMMIT("The deadline aborts an attempt whose COMMIT is on its way into the register."),
    COMMIT_WITHOUT_RECORD("The register takes COMMIT from an attempt whose begin record is lost."),
    ABORT_ANSWERED_UNRECORDED("The coordinator answers ABORTED without looking for its begin record."),
    UNSEALED_COMMITS("An inquiry is told the decision of the transaction, sealed or not."),
    BARRIER_OUTSIDE(DatabaseFlaw.BARRIER_OUTSIDE),
    LOST_PREPARE_IS_YES("The reply to PREPARE TRANSACTION is lost, and the participant votes YES."),
    SWEEP_PRESUMES_ABORT("A sweep rolls back what has been prepared for long, without asking."),
    LEFT_OVERS_FORGOTTEN("A coordinator does not look for attempts of its own that it does not drive.");

    private final String mistake;
    private final Optional<DatabaseFlaw> flaw;

    PlantedBug(String mistake) {
        this.mistake = mistake;
        this.flaw = Optional.empty();
    }

    PlantedBug(DatabaseFlaw flaw) {
        this.mistake = flaw.mistake();
        this.flaw = Optional.of(flaw);
    }

    String mistake() {
        return mistake;
    }

    static Set<DatabaseFlaw> flaws(Set<PlantedBug> bugs) {
        return bugs.stream().flatMap(bug -> bug.flaw.stream()).collect(Collectors.toSet());
    }
}
