package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.PaxosPart;
import io.covenant.transactions.wire.PlannedBranch;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The branches of a transaction that is led here: asks them for their work, tells them the decision, and has the core
/// hear what they answer. Guarded by the lock of the [Leader].
final class LedBranches {

    private static final Logger LOG = LoggerFactory.getLogger(LedBranches.class);

    private static final Refusal READ_ONLY = Refusal.of(
            "unsupported-protocol",
            "The branch voted READ_ONLY, which is no vote under PAXOS_COMMIT: its service is older than this"
                    + " protocol.");

    private final PaxosParts parts;
    private final Account account;
    private final Calls calls;
    private final Leader leader;
    private final boolean inTurn;
    private final @Nullable String requestId;
    private final Map<BranchId, LedBranch> branches = new LinkedHashMap<>();

    /// What a person has said of branches that were not as decided, by name.
    private Map<String, Heuristic> words = Map.of();

    LedBranches(
            PaxosParts parts, Account account, Calls calls, Leader leader, boolean inTurn, @Nullable String requestId) {
        this.parts = parts;
        this.account = account;
        this.calls = calls;
        this.leader = leader;
        this.inTurn = inTurn;
        this.requestId = requestId;
    }

    void plan(TransactionPlan plan, Plan attempt) {
        var number = attempt.attempt();
        for (var branch : plan.branches()) {
            var id = new BranchId(plan.id(), number, branch.name());
            branches.put(id, new LedBranch(id, branch.service(), branch.operation(), branch.payload()));
        }
    }

    /// Shows those of an attempt that was decided, whoever asked them.
    void adopt(Plan attempt) {
        attempt.services().forEach(this::ofService);
    }

    private LedBranch ofService(BranchId id, String service) {
        return branches.computeIfAbsent(id, _ -> new LedBranch(id, service, Views.UNKNOWN, null));
    }

    /// Shows those of an attempt that is over as decided; some may have been told so by another leader.
    void end(Plan attempt, Decision decision) {
        attempt.branches().stream()
                .map(branches::get)
                .filter(branch -> branch != null && branch.state != BranchState.HAZARD)
                .forEach(branch -> branch.state = ended(decision));
    }

    private static BranchState ended(Decision decision) {
        return switch (decision) {
            case COMMIT -> BranchState.COMMITTED;
            case ABORT -> BranchState.ABORTED;
        };
    }

    /// From now on a person's word stands for the confirmation of a branch that is not as decided.
    void settle(Map<String, Heuristic> by) {
        words = Map.copyOf(by);
    }

    Collection<LedBranch> all() {
        return branches.values();
    }

    // ---- asking for votes

    /// Sends the work. A branch that has answered is asked once more only when all have, and still not all votes are
    /// where they should be.
    void prepare(BranchId to, Ballot ballot, Plan plan) {
        var branch = branches.get(to);
        if (branch == null
                || branch.payload == null
                || branch.asking
                || !isItsTurn(branch)
                || (branch.isPrepared() && !all().stream().allMatch(LedBranch::isPrepared))) {
            return;
        }
        var timeLeft = account.timeLeft();
        if (!timeLeft.isPositive()) {
            return; // the alarm is about to ring
        }
        branch.asking = true;
        branch.prepares++;
        if (branch.prepares == 1) {
            account.note("prepare-sent", to.name(), null);
        } else {
            parts.listener().retried(CommitProtocol.PAXOS_COMMIT, Retried.PREPARE);
        }
        var part = new PaxosPart(ballot, PlannedBranch.of(plan), addresses(), branch.isPrepared());
        var patience = parts.transactions().preparePatience();
        calls.prepare(
                branch,
                branch.payload,
                part,
                timeLeft,
                timeLeft.compareTo(patience) < 0 ? timeLeft : patience,
                requestId,
                answer -> leader.locked(() -> answered(branch, answer)));
    }

    private Map<String, String> addresses() {
        return parts.settings().members().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, member -> member.getValue().toString()));
    }

    private boolean isItsTurn(LedBranch branch) {
        return !inTurn || all().stream().takeWhile(earlier -> earlier != branch).allMatch(LedBranch::isPrepared);
    }

    private void answered(LedBranch branch, PrepareAnswer answer) {
        branch.asking = false;
        switch (answer) {
            case PrepareAnswer.Voted(var vote, var _) -> voted(branch, vote);
            case PrepareAnswer.NotSent(var reason) -> account.note("prepare-unanswered", branch.id.name(), reason);
            case PrepareAnswer.Unsettled(var reason) -> account.note("prepare-unanswered", branch.id.name(), reason);
        }
    }

    private void voted(LedBranch branch, Vote vote) {
        switch (vote) {
            case Vote.Yes _ -> {
                if (!branch.isPrepared() && leader.outcome().isEmpty()) {
                    branch.vote = PrepareReply.Choice.YES;
                    branch.state = BranchState.PREPARED;
                    account.note("voted", branch.id.name(), "YES");
                }
                if (inTurn) {
                    leader.prepareNext();
                }
            }
            case Vote.No(var refusal) -> refused(branch, refusal);
            case Vote.ReadOnly _ -> refused(branch, READ_ONLY);
        }
    }

    private void refused(LedBranch branch, Refusal refusal) {
        if (leader.outcome().isPresent()) {
            return; // the decision came first; this is its fence that speaks
        }
        branch.vote = PrepareReply.Choice.NO;
        branch.refusal = refusal;
        branch.state = BranchState.ABORTED;
        account.note("voted", branch.id.name(), "NO");
        leader.on(new Input.Refused(branch.id));
    }

    // ---- telling

    void tell(BranchId to, String service, Decision decision) {
        var branch = ofService(to, service);
        if (branch.telling) {
            return;
        }
        if (decision == Decision.ABORT && branch.asking && !branch.waited) {
            // To break off the work by force costs more than to wait for its end.
            branch.waited = true;
            parts.later(parts.transactions().abortPatience(), () -> leader.locked(() -> tell(to, service, decision)));
            return;
        }
        branch.telling = true;
        branch.tellings++;
        if (branch.tellings == 1) {
            account.note("told", to.name(), decision.name());
        } else {
            parts.listener().retried(CommitProtocol.PAXOS_COMMIT, Retried.FINISH);
        }
        calls.tell(service, to, decision, answer -> leader.locked(() -> told(branch, decision, answer)));
    }

    private void told(LedBranch branch, Decision decision, @Nullable Settled answer) {
        branch.telling = false;
        heard(branch, decision, answer);
        if (answer == null) {
            tellAfterSilence(branch, decision);
        }
        leader.told(branch.id);
    }

    /// The leader's own pauses and those of a service must not add up: who is told nothing at the moment is
    /// told as soon as its service may be asked again.
    private void tellAfterSilence(LedBranch branch, Decision decision) {
        var silence = calls.silence(branch.service);
        if (branch.silenced || silence.isZero()) {
            return;
        }
        branch.silenced = true;
        parts.later(
                silence,
                () -> leader.locked(() -> {
                    branch.silenced = false;
                    if (leader.awaits(branch.id)) {
                        tell(branch.id, branch.service, decision);
                    }
                }));
    }

    private void heard(LedBranch branch, Decision decision, @Nullable Settled answer) {
        if (answer == null) {
            if (branch.tellings == 1) {
                account.note("unconfirmed", branch.id.name(), null);
            }
            return;
        }
        switch (answer.result()) {
            case DONE -> {
                branch.state = ended(decision);
                branch.detail = null;
                account.note("acknowledged", branch.id.name(), null);
                if (decision == Decision.COMMIT && all().stream().anyMatch(other -> other.state != branch.state)) {
                    parts.crashPoints().hit(CrashPoint.C8_ONE_BRANCH_TOLD);
                }
                leader.on(new Input.Acked(branch.id, Ack.DONE));
            }
            case HAZARD -> {
                branch.state = BranchState.HAZARD;
                branch.detail = answer.detail();
                branch.heuristic = words.get(branch.id.name());
                if (branch.heuristic != null) {
                    account.note("settled-by-hand", branch.id.name(), branch.heuristic.by());
                    leader.on(new Input.Acked(branch.id, Ack.DONE));
                    return;
                }
                account.note("hazard", branch.id.name(), answer.detail());
                LOG.error("HAZARD: {} is not as decided ({}): {}", branch.id, decision, answer.detail());
                parts.listener().hazard(branch.id);
                leader.on(new Input.Acked(branch.id, Ack.HAZARD));
            }
            case RETRY, COMMITTED -> {
                branch.detail = answer.detail();
                account.note("unconfirmed", branch.id.name(), answer.detail());
            }
        }
    }

    /// Has their services be asked at once.
    void tryNow() {
        all().forEach(branch -> calls.tryNow(branch.service));
    }

    /// How often the one that was asked most often was asked.
    int tries() {
        return all().stream()
                .mapToInt(branch -> Math.max(branch.prepares, branch.tellings))
                .max()
                .orElse(0);
    }
}
