package io.covenant.transactions.saga;

import io.covenant.transactions.local.Flaw;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A mistake that somebody could make, in a core or in a shell around it. The simulation must find each.
enum PlantedBug {
    BEGIN_NOT_FORCED("The first action is sent before the begin record is forced.", Flaw.BEGIN_NOT_FORCED),
    DECISION_NOT_FORCED("The register reports a decision before it is forced.", Flaw.DECISION_NOT_FORCED),
    EPOCH_IGNORED("The register takes a decision from an owner that is superseded.", Flaw.EPOCH_IGNORED),
    EPOCH_NOT_FORCED("A new owner sends before its epoch is forced.", Flaw.EPOCH_NOT_FORCED),
    BARRIER_OUTSIDE(
            "The action's row is committed on its own, so that it swallows the retry of an action that failed.",
            Flaw.BARRIER_OUTSIDE),
    ACTION_NOT_FORCED("An action is answered before it is durable.", Flaw.WORK_NOT_FORCED),
    FENCE_NOT_FORCED("The fence of an empty compensation is answered before it is durable.", Flaw.FENCE_NOT_FORCED),
    EMPTY_COMPENSATION_UNFENCED(
            "A compensation that finds no action leaves no fence, and the action comes late.", Flaw.UNFENCED),
    COMPENSATION_OVERTAKES_ACTION("A compensation does not wait for an action that is under way.", Flaw.KEYS_NOT_TAKEN),
    OLD_ACTION_ACCEPTED("An action is accepted however old its saga is.", Flaw.AGE_IGNORED),
    FENCE_IGNORED("An action does not look for the fence that a compensation left."),
    LOST_ACTION_IS_DONE("Whether an action committed is unknown, and the participant says done."),
    LATE_REPORT_ACCEPTED("A report is taken although the step is compensated."),
    ACCEPTED_IS_DONE("A step that will report is taken for done."),
    UNKNOWN_IS_REFUSED("A step without an answer is not compensated, as if nothing had been done."),
    REFUSED_IS_NOT_COMPENSATED("A step that refused is not fenced, and its request comes once more."),
    PIVOT_NOT_FENCED("Turning back is decided while the pivot's outcome is unknown."),
    PIVOT_BEFORE_DECISION("Steps after the pivot are sent before the decision is in the register."),
    COMPENSATED_BEFORE_DECISION("Compensations are sent before the decision is in the register."),
    COMPENSATED_IN_ANY_ORDER("All steps are compensated at once, whatever was done after what."),
    FAILED_COMPENSATION_DROPPED("A compensation that failed as often as it may is dropped."),
    RETRY_LIMIT_IGNORED("A step is tried for ever, whatever its policy says."),
    REFUSAL_PAST_THE_PIVOT_GOES_BACK("A step after the pivot refuses, and the saga goes back."),
    EXPIRY_PAST_THE_PIVOT_GOES_BACK("The deadline passes after the pivot, and the saga goes back."),
    TAKE_OVER_TRUSTS_NOTES("A take-over takes for sent what is noted, and what comes next."),
    TAKE_OVER_PRESUMES_ABORT("A take-over compensates without asking the register."),
    TAKE_OVER_LEAVES_RUNNING("A take-over does not send again what may have been sent.");

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
