package io.covenant.transactions.onephase;

/// A mistake that the exploration has to find.
enum PlantedBug {
    REFUSAL_IS_FINAL("A refusal is answered without a fence; a duplicate of the request does the work."),
    EXPIRY_PRESUMES_ABORT("The deadline aborts without asking the branch."),
    TAKE_OVER_PRESUMES_ABORT("A take-over aborts without asking the branch."),
    TAKE_OVER_ASKS_ANEW("A take-over sends the work under a branch id of its own."),
    ATTEMPTS_DIFFER("The second execution of a transaction, whose record is lost, has a branch of its own."),
    UNKNOWN_IS_ABORTED("Who asks about a transaction that nobody remembers hears that it was aborted."),
    LOST_COMMIT_IS_YES("The reply to COMMIT is lost, and the participant says that it has committed."),
    FENCE_IGNORED("The work does not look for the fence."),
    WORK_IS_FENCED("Settling answers that the fence stands, whatever the barrier shows."),
    FENCE_WAITS_FOR_NOBODY("Settling answers while the work is under way, before the fence stands.");

    private final String mistake;

    PlantedBug(String mistake) {
        this.mistake = mistake;
    }

    String mistake() {
        return mistake;
    }
}
