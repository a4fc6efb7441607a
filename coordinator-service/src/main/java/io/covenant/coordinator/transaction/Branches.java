package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.Preparation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseCommit.Effect;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseCommit.State;
import io.covenant.transactions.wire.FinishReply.Finished;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The branches of one attempt: asks them for their votes, tells them the decision, and feeds what they answer to
/// the protocol. Guarded by the lock of the [ProtocolLoop].
final class Branches implements Teller.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Branches.class);

    private final Surroundings around;
    private final ProtocolLoop<State, Input, Effect> protocol;
    private final Chronicle chronicle;
    private final @Nullable String requestId;
    private final boolean inTurn;
    private final Map<BranchId, BranchProgress> branches = new LinkedHashMap<>();
    private final List<Effect.Tell> heldBack = new ArrayList<>(0);

    /// @param inTurn whether each is asked to prepare only when those before it have voted
    Branches(
            Surroundings around,
            ProtocolLoop<State, Input, Effect> protocol,
            Chronicle chronicle,
            @Nullable String requestId,
            boolean inTurn) {
        this.around = around;
        this.protocol = protocol;
        this.chronicle = chronicle;
        this.requestId = requestId;
        this.inTurn = inTurn;
    }

    void plan(Begin begin, TransactionPlan plan) {
        for (var branch : plan.branches()) {
            var id = new BranchId(begin.id(), begin.attempt(), branch.name());
            branches.put(id, new BranchProgress(id, branch.service(), branch.operation(), branch.payload()));
        }
    }

    /// As another coordinator left them. They may have heard of it, all of them.
    void adopt(StoredTransaction stored) {
        var begin = stored.begin();
        for (var spec : begin.branches()) {
            var branch = new BranchProgress(begin.idOf(spec), spec.service(), spec.operation(), null);
            branch.reached = true;
            branches.put(branch.id, branch);
        }
        for (var status : stored.branches()) {
            var branch = branches.get(new BranchId(begin.id(), begin.attempt(), status.name()));
            if (branch != null) {
                branch.vote = status.vote();
                branch.refusal = status.refusal();
            }
        }
    }

    /// Also counts those that another attempt has committed.
    void addSealed(Register register) {
        register.sealed()
                .forEach((name, service) -> branches.computeIfAbsent(
                        new BranchId(register.id(), register.attempt(), name),
                        id -> new BranchProgress(id, service, "", null)));
    }

    // ---- asking for votes

    void prepare(BranchId to) {
        var branch = branch(to);
        var payload = branch.payload;
        if (branch.asking || payload == null || !isItsTurn(branch)) {
            return;
        }
        var timeLeft = chronicle.timeLeft();
        if (!timeLeft.isPositive()) {
            return; // the alarm is about to ring
        }
        branch.asking = true;
        branch.tries++;
        if (branch.tries == 1) {
            chronicle.note(Event.PREPARE_SENT, branch, null);
        } else {
            around.listener().retried(Retried.PREPARE);
        }
        var preparation = new Preparation(
                to,
                branch.service,
                branch.operation,
                payload,
                timeLeft,
                timeLeft.compareTo(around.patience()) < 0 ? timeLeft : around.patience(),
                requestId);
        around.workers().execute(() -> answered(branch, ask(preparation)));
    }

    private boolean isItsTurn(BranchProgress branch) {
        return !inTurn
                || branches.values().stream()
                        .takeWhile(earlier -> earlier != branch)
                        .allMatch(earlier -> earlier.vote != null);
    }

    private void prepareNext() {
        if (inTurn && protocol.state() instanceof State.Voting) {
            branches.values().stream()
                    .filter(branch -> branch.vote == null)
                    .findFirst()
                    .ifPresent(next -> prepare(next.id));
        }
    }

    private PrepareAnswer ask(Preparation preparation) {
        try {
            return around.participants().prepare(preparation);
        } catch (RuntimeException e) {
            LOG.error("preparing {} failed in a way that nobody expected", preparation.branch(), e);
            return new PrepareAnswer.Unsettled(e.toString());
        }
    }

    private void answered(BranchProgress branch, PrepareAnswer answer) {
        protocol.lock();
        try {
            branch.asking = false;
            boolean awaited = protocol.state() instanceof State.Voting voting
                    && voting.awaiting().contains(branch.id);
            switch (answer) {
                case PrepareAnswer.Voted(var vote) -> {
                    branch.reached = true;
                    if (awaited) {
                        voted(branch, vote);
                    }
                }
                case PrepareAnswer.NotSent(var reason) -> unanswered(branch, awaited, reason);
                case PrepareAnswer.Unsettled(var reason) -> {
                    branch.reached = true;
                    unanswered(branch, awaited, reason);
                }
            }
            tellWhoHasAnswered(branch, answer);
        } finally {
            protocol.unlock();
        }
    }

    private void voted(BranchProgress branch, Vote vote) {
        branch.votes(vote);
        chronicle.note(Event.VOTED, branch, branch.vote == null ? null : branch.vote.name());
        protocol.feed(new Input.Voted(branch.id, vote));
        prepareNext();
    }

    private void unanswered(BranchProgress branch, boolean awaited, String reason) {
        if (awaited) {
            chronicle.note(Event.PREPARE_UNANSWERED, branch, Storable.text(reason));
            protocol.retryAfter(branch.tries);
        }
    }

    /// Nothing is to be prepared any more.
    void dropPayloads() {
        branches.values().forEach(branch -> branch.payload = null);
    }

    // ---- telling

    void tell(Effect.Tell tell) {
        var branch = branch(tell.to());
        if (tell.decision() == Decision.ABORT && !branch.reached && !branch.asking) {
            // Nothing ever left for this branch, so there is nothing to undo.
            protocol.feed(new Input.Acked(branch.id, Ack.DONE));
            branch.state = BranchState.ABORTED;
            return;
        }
        if (tell.decision() == Decision.ABORT && branch.asking && !branch.waited) {
            if (branch.untold == null) {
                branch.untold = tell;
                var _ = around.later(around.abortPatience(), () -> waitNoLonger(branch));
            }
            return;
        }
        if (!branch.told) {
            branch.told = true;
            chronicle.note(Event.TOLD, branch, tell.decision().name());
        } else {
            around.listener().retried(Retried.FINISH);
        }
        around.teller().tell(branch.service, branch.id, tell.decision(), this);
    }

    private void waitNoLonger(BranchProgress branch) {
        protocol.lock();
        try {
            branch.waited = true;
            tellUntold(branch);
        } finally {
            protocol.unlock();
        }
    }

    /// The abort that waited for this answer. Who answers that nothing is prepared need not hear of it.
    private void tellWhoHasAnswered(BranchProgress branch, PrepareAnswer answer) {
        if (branch.untold != null && answer instanceof PrepareAnswer.Voted(var vote) && !(vote instanceof Vote.Yes)) {
            branch.untold = null;
            branch.state = BranchState.ABORTED;
            protocol.feed(new Input.Acked(branch.id, Ack.DONE));
        } else {
            tellUntold(branch);
        }
    }

    private void tellUntold(BranchProgress branch) {
        var untold = branch.untold;
        if (untold != null) {
            branch.untold = null;
            tell(untold);
        }
    }

    /// Tells it once another branch has answered.
    void holdBack(Effect.Tell tell) {
        heldBack.add(tell);
    }

    @Override
    public void told(BranchId id, Finished answer) {
        protocol.lock();
        try {
            var branch = branch(id);
            switch (answer.result()) {
                case DONE -> {
                    chronicle.note(Event.ACKNOWLEDGED, branch, null);
                    branch.state = finalState(branch);
                    branch.detail = null;
                    protocol.feed(new Input.Acked(id, Ack.DONE));
                }
                case HAZARD -> {
                    branch.state = BranchState.HAZARD;
                    branch.detail = Storable.text(answer.detail());
                    chronicle.note(Event.HAZARD, branch, branch.detail);
                    LOG.error("HAZARD: {} is not as decided ({}): {}", id, chronicle.decision(), branch.detail);
                    around.listener().hazard(id);
                    protocol.feed(new Input.Acked(id, Ack.HAZARD));
                }
                case RETRY -> {
                    protocol.countTry();
                    branch.detail = Storable.text(answer.detail());
                    chronicle.note(Event.UNCONFIRMED, branch, branch.detail);
                    protocol.retryAfter(protocol.tries());
                }
            }
            tellTheOthers();
        } finally {
            protocol.unlock();
        }
    }

    private BranchState finalState(BranchProgress branch) {
        if (chronicle.decision() != Decision.COMMIT) {
            return BranchState.ABORTED; // also while an abort is not on record yet
        }
        // Who votes yes is sealed, and who votes no prevents the commit.
        boolean sealed = protocol.state() instanceof State.Telling(var _, var unacked, var _)
                && unacked.get(branch.id) == Decision.COMMIT;
        return sealed ? BranchState.COMMITTED : BranchState.READ_ONLY;
    }

    private void tellTheOthers() {
        if (!heldBack.isEmpty()) {
            around.crashPoints().hit(CrashPoint.C8_ONE_BRANCH_TOLD);
            var others = List.copyOf(heldBack);
            heldBack.clear();
            others.forEach(this::tell);
        }
    }

    @Override
    public void unheard(BranchId id, String reason) {
        protocol.lock();
        try {
            var branch = branch(id);
            branch.detail = Storable.text(reason);
            chronicle.note(Event.UNCONFIRMED, branch, branch.detail);
            around.listener().retried(Retried.FINISH);
        } finally {
            protocol.unlock();
        }
    }

    // ---- what is known of them

    Set<BranchId> ids() {
        return branches.keySet();
    }

    SortedMap<String, String> services(SortedSet<BranchId> sealed) {
        var services = new TreeMap<String, String>();
        sealed.forEach(id -> services.put(id.name(), branch(id).service));
        return services;
    }

    Set<String> services() {
        return branches.values().stream().map(branch -> branch.service).collect(Collectors.toSet());
    }

    boolean anyHazard() {
        return branches.values().stream().anyMatch(branch -> branch.state == BranchState.HAZARD);
    }

    /// Whether the decision says all that there is to say of them.
    boolean areAs(Decision decided) {
        return decided == Decision.COMMIT
                && branches.values().stream().allMatch(branch -> branch.state == BranchState.COMMITTED);
    }

    List<BranchStatus> statuses() {
        return branches.values().stream().map(BranchProgress::status).toList();
    }

    private BranchProgress branch(BranchId id) {
        var branch = branches.get(id);
        if (branch == null) {
            throw new IllegalStateException("no branch of this attempt: " + id);
        }
        return branch;
    }
}
