package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.Preparation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.coordinator.transaction.TransactionListener.Optimisation;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import java.time.Duration;
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

/// The branches of one attempt: asks them, tells them the decision, and feeds what they answer to the protocol. Guarded
/// by the lock of the [ProtocolLoop].
final class Branches<S, I, E> implements Teller.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Branches.class);

    private final Surroundings around;
    private final Dialect<S, I, E> dialect;
    private final ProtocolLoop<S, I, E> protocol;
    private final Chronicle chronicle;
    private final @Nullable String requestId;
    private final boolean inTurn;
    private final Map<BranchId, BranchProgress> branches = new LinkedHashMap<>();
    private final List<Task.Tell> heldBack = new ArrayList<>(0);

    /// @param inTurn whether each is asked only when those before it have answered
    Branches(
            Surroundings around,
            Dialect<S, I, E> dialect,
            ProtocolLoop<S, I, E> protocol,
            Chronicle chronicle,
            @Nullable String requestId,
            boolean inTurn) {
        this.around = around;
        this.dialect = dialect;
        this.protocol = protocol;
        this.chronicle = chronicle;
        this.requestId = requestId;
        this.inTurn = inTurn;
    }

    void plan(Begin begin, TransactionPlan plan) {
        for (var branch : plan.branches()) {
            var id = begin.branchId(branch.name());
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
            var branch = branches.get(begin.branchId(status.name()));
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

    // ---- asking

    void ask(BranchId to) {
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
            branch.firstAsked = around.nanoTime().getAsLong();
            chronicle.note(dialect.asking().sent(), branch, null);
        } else {
            around.listener().retried(chronicle.protocol(), Retried.PREPARE);
        }
        var preparation = new Preparation(
                dialect.asking(),
                to,
                branch.service,
                branch.operation,
                "",
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

    private void askNext() {
        if (inTurn && isAsking()) {
            branches.values().stream()
                    .filter(branch -> branch.vote == null)
                    .findFirst()
                    .ifPresent(next -> ask(next.id));
        }
    }

    private PrepareAnswer ask(Preparation preparation) {
        try {
            return around.participants().prepare(preparation);
        } catch (RuntimeException e) {
            LOG.error("asking {} failed in a way that nobody expected", preparation.branch(), e);
            return new PrepareAnswer.Unsettled(e.toString());
        }
    }

    private void answered(BranchProgress branch, PrepareAnswer answer) {
        protocol.lock();
        try {
            branch.asking = false;
            var state = protocol.state();
            boolean awaited = state != null && dialect.awaits(state, branch.id);
            switch (answer) {
                case Voted voted -> {
                    branch.reached = true;
                    if (awaited) {
                        voted(branch, voted);
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

    private void voted(BranchProgress branch, Voted answer) {
        branch.votes(answer.vote());
        if (answer.vote() instanceof Vote.ReadOnly) {
            around.listener().optimised(chronicle.protocol(), Optimisation.READ_ONLY_VOTE);
        }
        if (dialect.asking() == Asking.RUN && answer.vote() instanceof Vote.Yes) {
            branch.state = BranchState.COMMITTED;
        }
        chronicle.note(dialect.asking().answered(), branch, dialect.asking().said(answer.vote()));
        protocol.feed(dialect.answered(branch.id, answer));
        askNext();
    }

    private void unanswered(BranchProgress branch, boolean awaited, String reason) {
        if (awaited) {
            chronicle.note(dialect.asking().unanswered(), branch, Storable.text(reason));
            protocol.retryAfter(branch.tries);
        }
    }

    /// Nobody is to be asked any more.
    void dropPayloads() {
        branches.values().forEach(branch -> branch.payload = null);
    }

    // ---- telling

    void tell(Task.Tell tell) {
        var branch = branch(tell.to());
        if (tell.decision() == Decision.ABORT && !branch.reached && !branch.asking) {
            // Nothing ever left for this branch, so there is nothing to undo.
            protocol.feed(dialect.done(branch.id));
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
        var how = dialect.finish(tell.decision());
        if (!branch.told) {
            branch.told = true;
            chronicle.note(Event.TOLD, branch, how.name());
        } else {
            around.listener().retried(chronicle.protocol(), Retried.FINISH);
        }
        around.teller().tell(branch.service, branch.id, how, this);
    }

    /// Has it tell what it has done, once nothing can change that any more.
    void settle(BranchId to) {
        var branch = branch(to);
        if (!branch.told) {
            branch.told = true;
            chronicle.note(Event.SETTLE_SENT, branch, null);
        } else {
            around.listener().retried(chronicle.protocol(), Retried.FINISH);
        }
        around.teller().tell(branch.service, branch.id, Finish.SETTLE, this);
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

    /// The abort that waited for this answer. Who answers that it holds nothing need not hear of it.
    private void tellWhoHasAnswered(BranchProgress branch, PrepareAnswer answer) {
        if (branch.untold != null && answer instanceof Voted(var vote, var _) && !(vote instanceof Vote.Yes)) {
            branch.untold = null;
            branch.state = BranchState.ABORTED;
            protocol.feed(dialect.done(branch.id));
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
    void holdBack(Task.Tell tell) {
        heldBack.add(tell);
    }

    @Override
    public void told(BranchId id, Settled answer) {
        protocol.lock();
        try {
            var branch = branch(id);
            switch (answer.result()) {
                case DONE -> {
                    chronicle.note(Event.ACKNOWLEDGED, branch, null);
                    branch.state = finalState(branch);
                    branch.detail = null;
                    protocol.feed(dialect.done(id));
                }
                case COMMITTED -> {
                    chronicle.note(Event.SETTLED, branch, null);
                    branch.vote = PrepareReply.Choice.YES;
                    branch.refusal = null;
                    branch.state = BranchState.COMMITTED;
                    branch.detail = null;
                    protocol.feed(dialect.committed(id));
                }
                case HAZARD -> {
                    branch.state = BranchState.HAZARD;
                    branch.detail = Storable.text(hazard(answer));
                    chronicle.note(Event.HAZARD, branch, branch.detail);
                    LOG.error("HAZARD: {} is not as decided ({}): {}", id, chronicle.decision(), branch.detail);
                    around.listener().hazard(id);
                    protocol.feed(dialect.hazard(id, answer));
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

    private static @Nullable String hazard(Settled answer) {
        var finding = answer.finding();
        return finding == null || answer.detail() == null ? answer.detail() : finding.name() + ": " + answer.detail();
    }

    private BranchState finalState(BranchProgress branch) {
        if (chronicle.decision() != Decision.COMMIT) {
            return BranchState.ABORTED; // also while an abort is not on record yet
        }
        // Who votes yes is sealed, and who votes no prevents the commit.
        var state = protocol.state();
        return state != null && dialect.commits(state, branch.id) ? BranchState.COMMITTED : BranchState.READ_ONLY;
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
            around.listener().retried(chronicle.protocol(), Retried.FINISH);
        } finally {
            protocol.unlock();
        }
    }

    // ---- what is known of them

    private boolean isAsking() {
        var state = protocol.state();
        return state != null && dialect.shown(state) == TransactionResource.State.VOTING;
    }

    /// Since it was first asked, on the clock of [Surroundings#nanoTime].
    Duration sinceAsked(BranchId id) {
        return Duration.ofNanos(around.nanoTime().getAsLong() - branch(id).firstAsked);
    }

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

    boolean anyCommitted() {
        return branches.values().stream().anyMatch(branch -> branch.state == BranchState.COMMITTED);
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
