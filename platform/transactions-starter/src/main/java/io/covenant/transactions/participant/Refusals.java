package io.covenant.transactions.participant;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;

/// The reasons of the platform itself for voting NO.
final class Refusals {

    static final Refusal DEADLINE_PASSED =
            Refusal.of("deadline-passed", "The transaction's deadline passed before this branch was prepared.");

    static final Refusal ABORTED =
            Refusal.of("branch-aborted", "The transaction was aborted while this branch was being worked on.");

    static final Refusal CONFLICT =
            Refusal.of("conflict", "Another transaction worked on the same data at the same time.");

    static final Refusal ROLLED_BACK = Refusal.of("rolled-back", "The operation rolled its own transaction back.");

    static final Refusal FORGOTTEN = Refusal.of(
            "transaction-too-old", "The transaction is older than the participant's memory of what it has done.");

    private Refusals() {}

    static Vote vote(Refusal refusal) {
        return new Vote.No(refusal);
    }
}
