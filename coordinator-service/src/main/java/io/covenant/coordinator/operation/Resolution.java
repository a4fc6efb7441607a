package io.covenant.coordinator.operation;

import io.covenant.coordinator.operation.ParticipantInsight.Reply;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Doors;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.EvidenceReply;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Branch;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.web.problem.Problem;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.http.HttpStatus;

/// Settles, by a person's word, a branch that is not as decided. The word is refused where the branch's database
/// contradicts it, and where no word is needed because the platform will finish the branch by itself.
final class Resolution {

    private final Doors doors;
    private final ParticipantInsight participants;
    private final OperatorStore store;
    private final InstantSource clock;

    Resolution(Doors doors, ParticipantInsight participants, OperatorStore store, InstantSource clock) {
        this.doors = doors;
        this.participants = participants;
        this.store = store;
        this.clock = clock;
    }

    /// @throws io.covenant.web.problem.ProblemException that says why it is not settled so
    TransactionResource settle(TransactionId id, String name, Outcome outcome, String operator, String reason) {
        var transaction = doors.find(id)
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND,
                                "unknown-transaction",
                                "No coordinator remembers a transaction %s.".formatted(id))
                        .asException());
        var branch = transaction.branches().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND,
                                "unknown-branch",
                                "The transaction has no branch '%s'.".formatted(name))
                        .asException());
        requireHazard(transaction, branch);
        requireAgreement(branch, outcome, evidence(branch));

        var heuristic = new Heuristic(outcome, operator, reason, clock.instant());
        var act = OperatorAct.of(operator, "resolve", id + "/" + name, reason, outcome.name());
        if (transaction.protocol().equals(CommitProtocol.PAXOS_COMMIT.name())) {
            settleWithoutStore(id, transaction, branch, outcome, act);
        } else if (!store.resolve(id, name, heuristic, act)) {
            throw notAHazard(branch).asException();
        }
        return doors.find(id).orElse(transaction);
    }

    /// The acceptors keep decisions only, so it is the audit that keeps the word. Who comes back after a crash in
    /// between finds it there and goes on with it.
    private void settleWithoutStore(
            TransactionId id, TransactionResource transaction, Branch branch, Outcome outcome, OperatorAct act) {
        store.keep(act);
        var words = store.words(id);
        var kept = words.get(branch.name());
        if (kept != null && kept.outcome() != outcome) {
            throw Problem.of(
                            HttpStatus.CONFLICT,
                            "settled-otherwise",
                            "%s has settled the branch as %s before.".formatted(kept.by(), kept.outcome()))
                    .asException();
        }
        if (!doors.settle(id, words)) {
            throw Problem.of(
                            HttpStatus.CONFLICT,
                            "driven-elsewhere",
                            "%s drives the transaction; ask there.".formatted(transaction.owner()))
                    .with("owner", transaction.owner())
                    .asException();
        }
    }

    private static void requireHazard(TransactionResource transaction, Branch branch) {
        if (transaction.finishedAt() == null) {
            throw Problem.of(
                            HttpStatus.CONFLICT,
                            "not-finished",
                            "The transaction is %s: its coordinator finishes it. Nothing is to be settled by hand."
                                    .formatted(transaction.state()))
                    .with("state", transaction.state().name())
                    .asException();
        }
        if (branch.state() != BranchState.HAZARD || branch.heuristic() != null) {
            throw notAHazard(branch).asException();
        }
    }

    private static Problem notAHazard(Branch branch) {
        return Problem.of(
                        HttpStatus.CONFLICT,
                        "not-a-hazard",
                        "The branch is %s%s: there is nothing to settle."
                                .formatted(branch.state(), branch.heuristic() == null ? "" : " and settled"))
                .with("state", branch.state().name());
    }

    private EvidenceReply.Shown evidence(Branch branch) {
        var id = BranchId.parse(branch.gid()).orElseThrow();
        return switch (participants.evidence(branch.service(), id)) {
            case Reply.Told<EvidenceReply>(var told) -> told.evidence();
            case Reply.NoParticipant<EvidenceReply> _ -> throw noEvidence(branch, "it takes part in nothing");
            case Reply.Silent<EvidenceReply>(var why) -> throw noEvidence(branch, why);
        };
    }

    private static RuntimeException noEvidence(Branch branch, String why) {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "no-evidence",
                        "The service '%s' does not show what it has of the branch: %s. Nothing is settled without it."
                                .formatted(branch.service(), why))
                .retryAfter(Duration.ofSeconds(5))
                .asException();
    }

    private static void requireAgreement(Branch branch, Outcome outcome, EvidenceReply.Shown evidence) {
        boolean agrees = switch (evidence) {
            case NONE -> true;
            case WORK -> outcome == Outcome.COMMITTED;
            case FENCE -> outcome == Outcome.ABORTED;
            case PREPARED -> false;
        };
        if (!agrees) {
            throw Problem.of(
                            HttpStatus.CONFLICT,
                            "evidence-contradicts",
                            "The branch cannot be settled as %s: its database %s."
                                    .formatted(
                                            outcome,
                                            switch (evidence) {
                                                case WORK -> "shows that it has committed";
                                                case FENCE -> "shows the fence of an abort";
                                                case PREPARED -> "holds it prepared; have it finished";
                                                case NONE -> "shows nothing of it";
                                            }))
                    .with("evidence", evidence.name())
                    .with("branch", branch.gid())
                    .asException();
        }
    }
}
