package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.simulated.DatabaseFlaw;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A mistake that somebody could make, in a core or in a shell around it. The simulation must find each.
enum PlantedBug {
    PROMISE_NOT_FORCED("The acceptor promises before the promise is durable."),
    VOTES_NOT_FORCED("The acceptor reports the votes before they are durable."),
    PROMISE_IGNORED("The acceptor takes a vote of a ballot below the one that it promised."),
    VOTES_NOT_REPORTED("The acceptor promises without saying what it has taken."),
    REPORTED_TOO_EARLY("The acceptor reports COMMIT when the first vote is in."),
    ONE_ACCEPTOR_IS_ENOUGH("The leader decides upon the first report."),
    TAKE_OVER_ABORTS("Whoever takes over proposes ABORT, whatever was accepted before."),
    LOWEST_BALLOT_TAKEN("Whoever takes over proposes what was accepted in the lowest ballot that it hears of."),
    VOTERS_ARE_ALL("Whoever takes over takes the branches that voted for all that there are."),
    EXPIRY_DECIDES("The deadline passes, and the leader tells ABORT without asking the acceptors."),
    BALLOT_SHARED("Leaders on one coordinator use the same ballots."),
    BEGUN_UNCLAIMED("A transaction that a client named is begun without the first phase."),
    REFUSAL_DECIDES("A branch refuses, and the leader tells ABORT without asking the acceptors."),
    LOST_PREPARE_IS_YES("The reply to PREPARE TRANSACTION is lost, and the participant votes YES."),
    SWEEP_PRESUMES_ABORT("A sweep rolls back what has been prepared for long, without asking."),
    ENDED_AT_DECISION("The leader ends a transaction when it is decided, not when the branches have confirmed."),
    FORGOTTEN_SINGLY("The acceptor forgets a transaction that has ended, without a horizon."),
    FORGOTTEN_UNENDED("The acceptor forgets what is old, whether it has ended or not."),
    DROPPED_IS_BLANK("The acceptor drops what a majority has forgotten, and takes votes of it again."),
    ONE_FORGOT_IS_GONE("One acceptor has forgotten a transaction, and the leader gives it up."),
    MISSING_IS_SUCCESS("COMMIT PREPARED says \"does not exist\", and the participant confirms."),
    LATE_PREPARE_ACCEPTED(DatabaseFlaw.LATE_PREPARE_ACCEPTED),
    FENCE_NOT_FORCED(DatabaseFlaw.FENCE_NOT_FORCED),
    PREPARE_NOT_FORCED(DatabaseFlaw.PREPARE_NOT_FORCED),
    BARRIER_OUTSIDE(DatabaseFlaw.BARRIER_OUTSIDE);

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
