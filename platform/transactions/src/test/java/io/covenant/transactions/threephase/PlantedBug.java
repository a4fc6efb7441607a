package io.covenant.transactions.threephase;

import java.util.Set;

/// A mistake that somebody could make, in a core or in a shell around it. The simulation must find each.
enum PlantedBug {
    TEXTBOOK_TIME_OUTS("Whoever waits too long decides alone, as in textbooks."),
    MINORITY_DECIDES("One site less than a quorum is enough to decide."),
    MOST_FREQUENT_POSITION("A pre-commit anywhere outweighs a later pre-abort elsewhere."),
    PREPARED_IS_ENOUGH("Whoever is elected commits when every site that answered waits, prepared."),
    LOWER_ELECTION_HEEDED("A site moves for somebody who is elected no more."),
    ELECTORS_ALIKE("All who stand for election use the same number."),
    ATTEMPT_NOT_FORCED("A site says that it has moved before that is durable."),
    ELECTION_NOT_FORCED("A site takes part in an election before that is durable."),
    LAST_ATTEMPT_LOST("A site that takes part in an election forgets how far it was."),
    FIRST_WITHOUT_RECORD("The coordinators' site pre-commits an attempt that is not on record."),
    BRANCHES_FIRST("The coordinators' site is asked to pre-commit together with the branches."),
    DEADLINE_ABORTS_ATTEMPT("The deadline aborts an attempt whose pre-commits are under way."),
    REFUSAL_ABORTS("A coordinator whose pre-commit is refused tells ABORT."),
    QUORUM_OF_WRITERS("The first attempt counts a quorum of those who wrote, later ones of all."),
    NO_VOTE_IGNORED("The coordinator takes a NO for a branch that only read."),
    ABORT_ANSWERED_UNRECORDED("The coordinator answers ABORTED without looking for its begin record.");

    private final String mistake;

    PlantedBug(String mistake) {
        this.mistake = mistake;
    }

    String mistake() {
        return mistake;
    }

    static TimeOutRule rule(Set<PlantedBug> bugs) {
        return bugs.contains(TEXTBOOK_TIME_OUTS) ? TimeOutRule.UNSAFE_TEXTBOOK : TimeOutRule.ELECT;
    }
}
