package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.TransactionStore.Proposal;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.PaxosAttempts;
import io.covenant.transactions.twophase.OutcomeInquiry;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input.Chosen;
import io.covenant.transactions.wire.OutcomeReply;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What became of a transaction, for clients and for branches that ask. Asking may decide it: what nobody can
/// commit any more gets a tombstone.
final class Outcomes {

    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    /// How long an inquiry waits for the disk.
    private static final Duration LONGEST_INQUIRY = Duration.ofSeconds(3);

    private final Surroundings around;
    private final Terminations terminations;
    private final Memory memory;
    private final Map<TransactionId, Drive> live;

    /// @param live what is driven here, as it is at each moment
    Outcomes(Surroundings around, Terminations terminations, Memory memory, Map<TransactionId, Drive> live) {
        this.around = around;
        this.terminations = terminations;
        this.memory = memory;
        this.live = live;
    }

    /// Tells what became of a transaction. After its deadline, or if nobody remembers it, asking decides it: then
    /// it is aborted.
    ///
    /// @return empty when it is so old that it may have been over, and forgotten, or when its branch may
    ///         have committed it and the record is lost: nothing is decided then
    Optional<OutcomeReply> of(TransactionId id) {
        boolean mayBeLost = id.isDecidedByItsBranch() && !live.containsKey(id);
        if ((mayBeLost || memory.mayHaveForgotten(id)) && isOffRecord(id)) {
            return Optional.empty();
        }
        return Optional.of(of(id, Optional.empty()));
    }

    private boolean isOffRecord(TransactionId id) {
        return around.store().find(id).isEmpty() && around.store().register(id).isEmpty();
    }

    /// Tells a participant what became of its branch: COMMITTED only if the decision sealed this very branch. However
    /// old it is: what a branch still holds, no coordinator has forgotten.
    OutcomeReply of(BranchId branch) {
        if (PaxosAttempts.isOne(branch.attempt())) {
            throw new IllegalArgumentException("the register has no say in this branch, see Doors: " + branch);
        }
        return of(branch.transaction(), Optional.of(branch));
    }

    private OutcomeReply of(TransactionId id, Optional<BranchId> asking) {
        var stored = around.store().find(id);
        if (stored.isPresent() && stored.get().begin().protocol() == CommitProtocol.SAGA) {
            return sagaOutcome(stored.get(), asking);
        }
        var drive = live.get(id);
        if (drive != null
                ? drive.begin().isOnePhase()
                : stored.isPresent() && stored.get().begin().isOnePhase()) {
            return onePhaseOutcome(drive, stored);
        }
        var attempt = asking.map(BranchId::attempt)
                .or(() -> stored.map(found -> found.begin().attempt()))
                .orElse(new Attempt(0));
        if (terminations.concern(stored, id, attempt)) {
            return terminations.outcome(stored, id, attempt, asking);
        }
        var register =
                stored.isPresent() ? stored.get().register() : around.store().register(id);
        // Who asks for the transaction as a whole asks for a branch that no decision can seal.
        var branch = asking.orElseGet(() -> new BranchId(id, attempt, "-"));
        var ours = stored.filter(found -> found.begin().attempt().equals(attempt));
        var chosen = register.map(Register::chosen).or(() -> decidedByOwner(attempt, ours));
        var deadline = ours.map(found -> found.begin().deadline());
        return switch (OutcomeInquiry.answer(
                branch, chosen, deadline, around.clock().instant())) {
            case OutcomeInquiry.Answer.Decided(var decision) ->
                decided(asking.isPresent() ? decision : chosen.orElseThrow().decision());
            case OutcomeInquiry.Answer.Undecided(var askAgainIn) ->
                new OutcomeReply(OutcomeReply.Outcome.UNDECIDED, Math.max(1, askAgainIn.toMillis()));
            case OutcomeInquiry.Answer.WriteTombstone _ -> {
                var held = entomb(id, attempt);
                around.crashPoints().hit(CrashPoint.C13_INQUIRY_DECIDED);
                yield decided(
                        asking.isEmpty() || held.chosen().sealed().contains(branch) ? held.decision() : Decision.ABORT);
            }
        };
    }

    /// The owner of an attempt aborts it without the register, because nobody else can ever commit it. That it
    /// commits says nothing about a branch: the register may have been filled since it was read, and it alone
    /// knows what is sealed. Where it is empty still, no branch has written anything.
    private Optional<Chosen> decidedByOwner(Attempt attempt, Optional<StoredTransaction> stored) {
        return stored.flatMap(found -> {
            var id = found.begin().id();
            var driver = live.get(id);
            var decision =
                    driver != null && driver.begin().attempt().equals(attempt) ? driver.decision() : found.decision();
            if (decision == null) {
                return Optional.empty();
            }
            return switch (decision) {
                case ABORT -> Optional.of(new Chosen(Decision.ABORT, Set.of()));
                case COMMIT ->
                    Optional.of(around.store()
                            .register(id)
                            .map(Register::chosen)
                            .orElseGet(() -> new Chosen(decision, Set.of())));
            };
        });
    }

    /// Its branch decides, whose answer its owner gets, so asking does not.
    private static OutcomeReply onePhaseOutcome(@Nullable Drive drive, Optional<StoredTransaction> stored) {
        var heard = drive == null ? null : drive.decision();
        return toldByOwner(
                heard == null ? stored.map(StoredTransaction::answered).orElse(null) : heard);
    }

    /// Nobody but its owner decides a saga, so asking does not.
    private OutcomeReply sagaOutcome(StoredTransaction stored, Optional<BranchId> asking) {
        var attempt = stored.begin().attempt();
        if (asking.filter(branch -> !branch.attempt().equals(attempt)).isPresent()) {
            return decided(Decision.ABORT); // it was never begun
        }
        var here = live.get(stored.begin().id());
        var heard = here != null && here.begin().attempt().equals(attempt) ? here.decision() : null;
        return toldByOwner(heard == null ? stored.answered() : heard);
    }

    private static OutcomeReply toldByOwner(@Nullable Decision decision) {
        return decision == null
                ? new OutcomeReply(OutcomeReply.Outcome.UNDECIDED, ASK_AGAIN.toMillis())
                : decided(decision);
    }

    private Register entomb(TransactionId id, Attempt attempt) {
        var now = around.clock().instant().truncatedTo(ChronoUnit.MICROS);
        return around.by(
                        around.store().decide(Proposal.tombstone(id, attempt, now)),
                        around.nanoTime().getAsLong() + LONGEST_INQUIRY.toNanos())
                .orElseThrow(() ->
                        new StoreUnavailableException(new TimeoutException("the register did not answer in time")));
    }

    private static OutcomeReply decided(Decision decision) {
        return new OutcomeReply(View.outcome(decision), null);
    }
}
