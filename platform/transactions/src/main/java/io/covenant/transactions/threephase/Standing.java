package io.covenant.transactions.threephase;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// What a site remembers of one attempt of a transaction: one row on its disk, and all the power it has.
///
/// Nobody but the methods below changes it, and the site forces it to disk before it tells anybody.
///
/// @param lastElected the highest election that it has heard of; it refuses all lower ones
/// @param lastAttempt the election in which it was last asked to move towards an outcome
/// @param position    how far towards which
/// @param sealed      the branches that commit, once a commit is in sight
public record Standing(Election lastElected, Election lastAttempt, Position position, SortedSet<BranchId> sealed) {

    /// How far a site is. The names are the paper's.
    public enum Position {
        /// Undecided, the paper's *initial* and *wait*: no word of an outcome.
        WAITING,
        PRE_COMMITTED,
        PRE_ABORTED,
        COMMITTED,
        ABORTED
    }

    /// Of a site that never heard of the attempt.
    public static final Standing NEW =
            new Standing(Election.NONE, Election.NONE, Position.WAITING, Collections.emptySortedSet());

    public Standing {
        sealed = Collections.unmodifiableSortedSet(new TreeSet<>(sealed));
    }

    /// Takes part in an election, and so in no lower one any more; nothing when it heard of a higher one.
    public Optional<Standing> elected(Election election) {
        return election.compareTo(lastElected) < 0
                ? Optional.empty()
                : Optional.of(new Standing(election, lastAttempt, position, sealed));
    }

    /// Moves towards an outcome; nothing when it heard of a higher election, or knows the decision.
    public Optional<Standing> attempted(Election election, Outcome outcome) {
        if (election.compareTo(lastElected) < 0 || decided().isPresent()) {
            return Optional.empty();
        }
        var moved = switch (outcome.decision()) {
            case COMMIT -> Position.PRE_COMMITTED;
            case ABORT -> Position.PRE_ABORTED;
        };
        return Optional.of(new Standing(election, election, moved, outcome.sealed()));
    }

    /// Learns the decision.
    public Standing learned(Outcome outcome) {
        var end = switch (outcome.decision()) {
            case COMMIT -> Position.COMMITTED;
            case ABORT -> Position.ABORTED;
        };
        return new Standing(lastElected, lastAttempt, end, outcome.sealed());
    }

    /// The decision, when the site knows it.
    public Optional<Outcome> decided() {
        return switch (position) {
            case COMMITTED -> Optional.of(new Outcome(Decision.COMMIT, sealed));
            case ABORTED -> Optional.of(Outcome.ABORT);
            case WAITING, PRE_COMMITTED, PRE_ABORTED -> Optional.empty();
        };
    }
}
