package io.covenant.transactions.tcc;

import io.covenant.transactions.local.Flaw;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A mistake that somebody could make, in a core or in a shell around it. The simulation must find each.
enum PlantedBug {
    DECISION_NOT_FORCED("The register reports a decision before it is forced.", Flaw.DECISION_NOT_FORCED),
    COMMIT_WITHOUT_RECORD(
            "The register takes COMMIT from an attempt whose begin record is lost.", Flaw.COMMIT_WITHOUT_RECORD),
    BARRIER_OUTSIDE(
            "The try row is committed on its own, so that it swallows the retry of a try that failed.",
            Flaw.BARRIER_OUTSIDE),
    TRY_NOT_FORCED("A try is answered before it is durable.", Flaw.WORK_NOT_FORCED),
    FENCE_NOT_FORCED("The fence of an empty cancellation is answered before it is durable.", Flaw.FENCE_NOT_FORCED),
    EMPTY_CANCEL_UNFENCED("A cancellation that finds no try leaves no fence: a late try hangs.", Flaw.UNFENCED),
    CANCEL_OVERTAKES_TRY("A cancellation does not wait for a try that is under way.", Flaw.KEYS_NOT_TAKEN),
    OLD_TRY_ACCEPTED("A try is accepted however old its transaction is.", Flaw.AGE_IGNORED),
    FENCE_IGNORED("A try does not look for the fence that a cancellation left."),
    REFUSAL_IGNORED("The coordinator takes a refusal for nothing to reserve."),
    LOST_TRY_IS_RESERVED("Whether a try committed is unknown, and the participant says reserved."),
    RESERVATION_EXPIRES_BY_CLOCK("A reservation whose time is over is given back without asking."),
    UNDECIDED_IS_CANCEL("A reservation whose time is over, and undecided, is given back."),
    TOMBSTONE_NOT_WRITTEN("An inquiry after the deadline is answered ABORT, and nothing is written."),
    UNSEALED_CONFIRMED("An inquiry is told the decision of the transaction, sealed or not."),
    GONE_IS_SUCCESS("A confirmation does not find its reservation, and says done."),
    NEVER_TRIED_IS_SUCCESS("A confirmation finds no try row, and says done."),
    CONFIRM_WITHOUT_BARRIER("A confirmation does not look whether it was done before."),
    ATTEMPT_NOT_IN_BRANCH("Every attempt of a transaction uses the same branch ids."),
    TAKE_OVER_TRIES_ANEW("A take-over sends the tries once more and counts the answers."),
    TAKE_OVER_PRESUMES_ABORT("A take-over cancels without asking the register."),
    ANSWER_BEFORE_DECISION("The client hears COMMITTED when all is reserved, before the decision is durable."),
    EXPIRY_OVERTAKES_COMMIT("A time-out cancels an attempt whose COMMIT is on its way into the register."),
    EXPIRY_CANCELS_CONFIRMATION("A reservation's time ends the confirming of an attempt."),
    ABORT_ANSWERED_UNRECORDED("The coordinator answers ABORTED without looking for its begin record.");

    private final String mistake;
    private final @Nullable Flaw flaw;

    PlantedBug(String mistake) {
        this(mistake, null);
    }

    PlantedBug(String mistake, @Nullable Flaw flaw) {
        this.mistake = mistake;
        this.flaw = flaw;
    }

    String mistake() {
        return mistake;
    }

    static Set<Flaw> flaws(Set<PlantedBug> bugs) {
        var flaws = EnumSet.noneOf(Flaw.class);
        bugs.forEach(bug -> Optional.ofNullable(bug.flaw).ifPresent(flaws::add));
        return flaws;
    }
}
