package io.covenant.coordinator.transaction;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/// The coordinators' database as one of the sites of three-phase commits.
///
/// All about one transaction happens one after the other, tombstones of its register included. The methods block, and
/// throw [StoreUnavailableException], after which it is unknown what took place.
interface CoordinatorsSite {

    /// Takes part in an election, or moves, if it may; on disk by then.
    ///
    /// In the first election it moves only beside the begin record of the attempt, not closed, and where the
    /// register holds nothing: so of all attempts of a transaction at most one commits.
    Input ask(TransactionId id, Attempt attempt, Request request);

    /// Learns that an attempt has committed, and writes it into the register, where clients look for it; both
    /// on disk by then.
    ///
    /// @param services of the branches, by name
    /// @param timeline what had happened so far
    Register learn(
            TransactionId id,
            Attempt attempt,
            Outcome outcome,
            SortedMap<String, String> services,
            List<Timeline.Entry> timeline,
            Instant at);

    /// Notes in the begin record of an attempt that it is over, whoever owns it, and without force; answers
    /// whether it did, which it does not where the record is lost, another attempt's, or closed otherwise, or
    /// where the register holds a decision. An attempt that aborts moves no more.
    boolean close(EndRecord end);

    /// What the site knows of an attempt.
    Known read(TransactionId id, Attempt attempt);

    /// @param standing [Standing#NEW] where it never heard of the attempt
    /// @param heardOf  whether it heard of any attempt of the transaction
    record Known(Standing standing, boolean heardOf) {

        static final Known NOTHING = new Known(Standing.NEW, false);
    }
}
