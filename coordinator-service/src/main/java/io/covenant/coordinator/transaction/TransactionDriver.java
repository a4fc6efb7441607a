package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.Preparation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.coordinator.transaction.TransactionStore.Begun;
import io.covenant.coordinator.transaction.TransactionStore.Proposal;
import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseCommit;
import io.covenant.transactions.twophase.TwoPhaseCommit.Effect;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseCommit.State;
import io.covenant.transactions.wire.FinishReply.Finished;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives one attempt of one transaction: feeds what it hears to the protocol's core, one input after the other,
/// and does what the core asks for.
///
/// All that it knows is volatile. What lasts is in the store, and what the store has not forced to disk may be
/// lost.
final class TransactionDriver implements Teller.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionDriver.class);

    private static final TwoPhaseCommit PROTOCOL = new TwoPhaseCommit();

    /// When a branch has not confirmed for so long, the store gets to know how far the others are.
    private static final Duration SLOW = Duration.ofSeconds(1);

    /// How it came out, for whoever waits.
    sealed interface Resolution {

        record Decided(Decision decision) implements Resolution {}

        /// Another attempt has this id.
        record Elsewhere() implements Resolution {}

        /// No branch has heard of it.
        record NotBegun() implements Resolution {}
    }

    private final Begin begin;
    private final Surroundings around;
    private final Consumer<TransactionDriver> over;
    private final @Nullable String requestId;
    private final boolean inTurn;

    /// When it began, on the clock of [Surroundings#nanoTime].
    private final long begunNanos;

    private final CompletableFuture<Resolution> resolution = new CompletableFuture<>();
    private final CompletableFuture<Decision> finished = new CompletableFuture<>();

    // All below is guarded by the lock.
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Input> inbox = new ArrayDeque<>();
    private final Map<BranchId, Branch> branches = new LinkedHashMap<>();
    private final Timeline timeline = new Timeline();
    private final List<Effect> heldBack = new ArrayList<>(0);
    private boolean adopted;
    private boolean stepping;
    private @Nullable State state;
    private int epoch;
    private int tries;
    private boolean retryArmed;
    private @Nullable Future<?> alarm;
    private @Nullable Future<?> slowAlarm;
    private @Nullable Proposal proposal;
    /// So many of the first events does the register keep.
    private int inRegister;
    /// The record that closes is the end record as well.
    private boolean closeEnds;
    /// What clients may hear.
    private @Nullable Decision decision;
    private @Nullable Instant decidedAt;
    private @Nullable Instant finishedAt;

    /// What is known of one branch.
    private static final class Branch {

        final BranchId id;
        final String service;
        final String operation;

        @Nullable
        Payload payload;

        PrepareReply.@Nullable Choice vote;

        @Nullable
        Refusal refusal;

        BranchState state = BranchState.WORKING;

        @Nullable
        String detail;

        /// A prepare is under way.
        boolean asking;
        /// It may have heard of us.
        boolean reached;

        int tries;
        boolean told;

        Branch(BranchId id, String service, String operation, @Nullable Payload payload) {
            this.id = id;
            this.service = service;
            this.operation = operation;
            this.payload = payload;
        }
    }

    private TransactionDriver(
            Begin begin,
            Surroundings around,
            Consumer<TransactionDriver> over,
            @Nullable String requestId,
            boolean inTurn) {
        this.begin = begin;
        this.around = around;
        this.over = over;
        this.requestId = requestId;
        this.inTurn = inTurn;
        this.epoch = begin.epoch();
        this.begunNanos = around.nanoTime().getAsLong()
                - Math.max(
                        0,
                        Duration.between(begin.createdAt(), around.clock().instant())
                                .toNanos());
    }

    /// A new attempt; [#start] starts it.
    ///
    /// @param over hears when nothing is left to be done
    static TransactionDriver fresh(
            Begin begin, TransactionPlan plan, Surroundings around, Consumer<TransactionDriver> over) {
        var driver = new TransactionDriver(begin, around, over, plan.requestId(), plan.inTurn());
        for (var branch : plan.branches()) {
            var id = new BranchId(begin.id(), begin.attempt(), branch.name());
            driver.branches.put(id, new Branch(id, branch.service(), branch.operation(), branch.payload()));
        }
        return driver;
    }

    /// An attempt that another coordinator left; [#takeOver] finishes it.
    static TransactionDriver adopted(StoredTransaction stored, Surroundings around, Consumer<TransactionDriver> over) {
        var begin = stored.begin();
        var driver = new TransactionDriver(begin, around, over, null, false);
        for (var spec : begin.branches()) {
            var branch = new Branch(begin.idOf(spec), spec.service(), spec.operation(), null);
            branch.reached = true;
            driver.branches.put(branch.id, branch);
        }
        for (var status : stored.branches()) {
            var branch = driver.branches.get(new BranchId(begin.id(), begin.attempt(), status.name()));
            if (branch != null) {
                branch.vote = status.vote();
                branch.refusal = status.refusal();
            }
        }
        driver.timeline.startWith(stored.timeline());
        driver.adopted = true;
        return driver;
    }

    Begin begin() {
        return begin;
    }

    /// Completes when clients may hear the answer.
    CompletableFuture<Resolution> resolution() {
        return resolution;
    }

    /// Completes when every branch has confirmed.
    CompletableFuture<Decision> finished() {
        return finished;
    }

    /// Stores the begin record, then asks the branches to prepare.
    void start() {
        around.crashPoints().hit(CrashPoint.C0_BEFORE_BEGIN);
        setAlarm();
        var _ = around.store().begin(begin).whenComplete((begun, failure) -> begun(begun, failure));
    }

    private void setAlarm() {
        lock.lock();
        try {
            alarm = around.later(Duration.between(begin.createdAt(), begin.deadline()), this::expire);
        } finally {
            lock.unlock();
        }
    }

    private void begun(@Nullable Begun begun, @Nullable Throwable failure) {
        lock.lock();
        try {
            if (begun instanceof Begun.Stored && !resolution.isDone()) {
                note(Event.BEGUN, null, null);
                around.crashPoints().hit(CrashPoint.C1_BEGIN_STORED);
                enter(TwoPhaseCommit.begin(branches.keySet()));
                return;
            }
        } finally {
            lock.unlock();
        }
        cancelAlarm();
        if (begun instanceof Begun.Taken) {
            leave(new Resolution.Elsewhere());
        } else {
            LOG.debug("{} was not begun", begin.id(), failure);
            around.store().withdraw(begin);
            leave(new Resolution.NotBegun());
        }
    }

    private void leave(Resolution why) {
        over.accept(this);
        resolution.complete(why);
    }

    /// Finishes an attempt that another coordinator left.
    void takeOver() {
        lock.lock();
        try {
            note(Event.TAKEN_OVER, null, null);
            enter(TwoPhaseCommit.takeOver(branches.keySet()));
        } finally {
            lock.unlock();
        }
    }

    /// The store says that this incarnation owns the attempt in this epoch.
    void ownsIn(int newEpoch) {
        lock.lock();
        try {
            epoch = Math.max(epoch, newEpoch);
        } finally {
            lock.unlock();
        }
    }

    /// What is known about a decision on this very attempt, without asking anybody.
    @Nullable
    Decision decision() {
        lock.lock();
        try {
            return decision;
        } finally {
            lock.unlock();
        }
    }

    private void expire() {
        lock.lock();
        try {
            if (state == null) {
                // The begin record is still under way: when it comes it is taken back.
                resolution.complete(new Resolution.NotBegun());
                return;
            }
            if (state instanceof State.Voting) {
                note(Event.DEADLINE_PASSED, null, null);
            }
            handle(new Input.Expired());
        } finally {
            lock.unlock();
        }
    }

    /// Feeds one input to the core, after those that came before it.
    private void handle(Input input) {
        lock.lock();
        try {
            inbox.add(input);
            drain();
        } finally {
            lock.unlock();
        }
    }

    private void enter(Step<State, Effect> first) {
        stepping = true;
        try {
            perform(first);
        } finally {
            stepping = false;
        }
        drain();
    }

    private void drain() {
        if (stepping || state == null) {
            return;
        }
        stepping = true;
        try {
            for (var input = inbox.poll(); input != null; input = inbox.poll()) {
                perform(PROTOCOL.on(state, input));
            }
        } catch (RuntimeException e) {
            LOG.error("{} is stuck", begin.id(), e);
            throw e;
        } finally {
            stepping = false;
        }
    }

    private void perform(Step<State, Effect> step) {
        boolean alone = state instanceof State.Deciding
                && step.next() instanceof State.Telling telling
                && telling.decision() == Decision.COMMIT
                && around.tellsOneAlone();
        state = step.next();
        for (var effect : step.effects()) {
            switch (effect) {
                case Effect.Prepare(var to) -> prepare(to);
                case Effect.Propose(var proposed, var sealed) -> propose(proposed, sealed);
                case Effect.Answer(var answer) -> answer(answer);
                case Effect.Close(var closed) -> {
                    closeEnds = state instanceof State.Finished;
                    startClosing(closed);
                }
                case Effect.Tell tell -> {
                    if (alone && !isFirstTell(step, tell)) {
                        heldBack.add(tell);
                    } else {
                        tell(tell);
                    }
                }
                case Effect.End(var end) -> end(end);
            }
        }
    }

    private static boolean isFirstTell(Step<State, Effect> step, Effect.Tell tell) {
        return tell.equals(step.effects().stream()
                .filter(Effect.Tell.class::isInstance)
                .findFirst()
                .orElse(null));
    }

    // ---- asking for votes

    private void prepare(BranchId to) {
        var branch = branchOf(to);
        var payload = branch.payload;
        if (branch.asking || payload == null || !isItsTurn(branch)) {
            return;
        }
        var timeLeft = Duration.between(begin.createdAt().plus(elapsed()), begin.deadline());
        if (!timeLeft.isPositive()) {
            return; // the alarm is about to ring
        }
        branch.asking = true;
        branch.tries++;
        if (branch.tries == 1) {
            note(Event.PREPARE_SENT, branch, null);
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

    private boolean isItsTurn(Branch branch) {
        return !inTurn
                || branches.values().stream()
                        .takeWhile(earlier -> earlier != branch)
                        .allMatch(earlier -> earlier.vote != null);
    }

    private void prepareNext() {
        if (inTurn && state instanceof State.Voting) {
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

    private void answered(Branch branch, PrepareAnswer answer) {
        lock.lock();
        try {
            branch.asking = false;
            boolean awaited =
                    state instanceof State.Voting voting && voting.awaiting().contains(branch.id);
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
        } finally {
            lock.unlock();
        }
    }

    private void voted(Branch branch, Vote vote) {
        branch.payload = null;
        var cast = switch (vote) {
            case Vote.Yes yes -> {
                branch.vote = PrepareReply.Choice.YES;
                branch.state = BranchState.PREPARED;
                yield yes;
            }
            case Vote.ReadOnly readOnly -> {
                branch.vote = PrepareReply.Choice.READ_ONLY;
                branch.state = BranchState.READ_ONLY;
                yield readOnly;
            }
            case Vote.No(var refusal) -> {
                branch.vote = PrepareReply.Choice.NO;
                branch.refusal = Storable.refusal(refusal);
                branch.state = BranchState.ABORTED;
                yield vote;
            }
        };
        note(Event.VOTED, branch, branch.vote == null ? null : branch.vote.name());
        handle(new Input.Voted(branch.id, cast));
        prepareNext();
    }

    private void unanswered(Branch branch, boolean awaited, String reason) {
        if (awaited) {
            note(Event.PREPARE_UNANSWERED, branch, Storable.text(reason));
            retryAfter(branch.tries);
        }
    }

    /// Has the core ask again for whatever is missing.
    private void retryAfter(int triesSoFar) {
        if (!retryArmed) {
            retryArmed = true;
            var _ = around.later(around.retries().after(triesSoFar), () -> {
                lock.lock();
                try {
                    retryArmed = false;
                    handle(new Input.Retry());
                } finally {
                    lock.unlock();
                }
            });
        }
    }

    // ---- deciding

    private void propose(Decision proposed, SortedSet<BranchId> sealed) {
        tries++;
        if (proposal == null) {
            if (proposed == Decision.COMMIT) {
                note(Event.VOTES_IN, null, null);
                around.crashPoints().hit(CrashPoint.C6_VOTES_IN);
            }
            note(Event.DECISION_PROPOSED, null, proposed.name());
            proposal = new Proposal(begin.id(), begin.attempt(), proposed, services(sealed), timeline.entries(), now());
        }
        var _ = around.store().decide(proposal).whenComplete((register, failure) -> chosen(register, failure));
    }

    private SortedMap<String, String> services(SortedSet<BranchId> sealed) {
        var services = new TreeMap<String, String>();
        sealed.forEach(id -> services.put(id.name(), branchOf(id).service));
        return services;
    }

    private void chosen(@Nullable Register register, @Nullable Throwable failure) {
        lock.lock();
        try {
            if (register == null) {
                LOG.debug("{}: the register did not answer", begin.id(), failure);
                if (tries == 1) {
                    note(Event.REGISTER_UNAVAILABLE, null, null);
                }
                around.listener().retried(Retried.DECISION);
                retryAfter(tries);
                return;
            }
            if (!register.attempt().equals(begin.attempt()) && register.decision() == Decision.COMMIT) {
                // The begin record of this attempt was lost, another attempt took its place and has committed.
                resolution.complete(new Resolution.Elsewhere());
                register.sealed()
                        .forEach((name, service) -> branches.computeIfAbsent(
                                new BranchId(register.id(), register.attempt(), name),
                                id -> new Branch(id, service, "", null)));
            }
            if (adopted) {
                timeline.startWith(register.timeline());
                inRegister = register.timeline().size();
            } else if (proposal != null && proposal.timeline().equals(register.timeline())) {
                inRegister = proposal.timeline().size();
            }
            if (register.decision() == Decision.COMMIT) {
                around.crashPoints().hit(CrashPoint.C7_DECISION_FORCED);
            }
            decidedAt = register.decidedAt();
            handle(register.chosen());
        } finally {
            lock.unlock();
        }
    }

    private void answer(Decision answer) {
        note(Event.DECIDED, null, answer.name());
        decided(answer);
    }

    /// The branches are told already; only the answer waits for the begin record. Where none is left to be told,
    /// the end goes with it.
    private void startClosing(Decision closed) {
        decidedAt = now();
        note(Event.DECIDED, null, closed.name());
        if (!closeEnds) {
            close(closed, 1);
        }
    }

    private void close(Decision closed, int triesSoFar) {
        var _ = around.store().close(endRecord(closed)).whenComplete((kept, failure) -> {
            if (failure != null) {
                var _ = again(Retried.END_RECORD, triesSoFar, () -> close(closed, triesSoFar + 1));
            } else if (kept) {
                closed(closed);
            } else {
                askRegister(1);
            }
        });
    }

    private void closed(Decision closed) {
        lock.lock();
        try {
            decided(closed);
            if (closeEnds) {
                over.accept(this);
            } else if (finishedAt != null) {
                recordEnd(1);
            }
        } finally {
            lock.unlock();
        }
    }

    /// The begin record is not there to carry the decision: somebody else may be deciding this transaction.
    private void askRegister(int triesSoFar) {
        var tombstone = Proposal.tombstone(begin.id(), begin.attempt(), now());
        var _ = around.store().decide(tombstone).whenComplete((register, failure) -> {
            if (failure != null) {
                var _ = again(Retried.DECISION, triesSoFar, () -> askRegister(triesSoFar + 1));
            } else {
                if (register.decision() == Decision.COMMIT) {
                    resolution.complete(new Resolution.Elsewhere());
                }
                closed(register.decision());
            }
        });
    }

    private Future<?> again(Retried what, int triesSoFar, Runnable task) {
        around.listener().retried(what);
        return around.later(around.retries().after(triesSoFar), () -> {
            lock.lock();
            try {
                task.run();
            } finally {
                lock.unlock();
            }
        });
    }

    /// From here on clients may hear it.
    private void decided(Decision answer) {
        decision = answer;
        if (decidedAt == null) {
            decidedAt = now();
        }
        cancelAlarm();
        branches.values().forEach(branch -> branch.payload = null);
        around.listener().decided(answer, elapsed());
        tries = 0;
        if (finishedAt == null) {
            slowAlarm = around.later(SLOW, this::recordProgress);
        }
        resolution.complete(new Resolution.Decided(answer));
    }

    private void cancelAlarm() {
        var set = alarm;
        if (set != null) {
            set.cancel(false);
        }
    }

    // ---- telling

    private void tell(Effect.Tell tell) {
        var branch = branchOf(tell.to());
        if (tell.decision() == Decision.ABORT && !branch.reached && !branch.asking) {
            // Nothing ever left for this branch, so there is nothing to undo.
            handle(new Input.Acked(branch.id, Ack.DONE));
            branch.state = BranchState.ABORTED;
            return;
        }
        if (!branch.told) {
            branch.told = true;
            note(Event.TOLD, branch, tell.decision().name());
        } else {
            around.listener().retried(Retried.FINISH);
        }
        around.teller().tell(branch.service, branch.id, tell.decision(), this);
    }

    @Override
    public void told(BranchId id, Finished answer) {
        lock.lock();
        try {
            var branch = branchOf(id);
            switch (answer.result()) {
                case DONE -> {
                    note(Event.ACKNOWLEDGED, branch, null);
                    branch.state = finalState(branch);
                    branch.detail = null;
                    handle(new Input.Acked(id, Ack.DONE));
                }
                case HAZARD -> {
                    branch.state = BranchState.HAZARD;
                    branch.detail = Storable.text(answer.detail());
                    note(Event.HAZARD, branch, branch.detail);
                    LOG.error("HAZARD: {} is not as decided ({}): {}", id, decision, branch.detail);
                    around.listener().hazard(id);
                    handle(new Input.Acked(id, Ack.HAZARD));
                }
                case RETRY -> {
                    tries++;
                    branch.detail = Storable.text(answer.detail());
                    note(Event.UNCONFIRMED, branch, branch.detail);
                    retryAfter(tries);
                }
            }
            tellTheOthers();
        } finally {
            lock.unlock();
        }
    }

    private BranchState finalState(Branch branch) {
        if (decision != Decision.COMMIT) {
            return BranchState.ABORTED; // also while an abort is not on record yet
        }
        // Who votes yes is sealed, and who votes no prevents the commit.
        boolean sealed =
                state instanceof State.Telling(var _, var unacked, var _) && unacked.get(branch.id) == Decision.COMMIT;
        return sealed ? BranchState.COMMITTED : BranchState.READ_ONLY;
    }

    private void tellTheOthers() {
        if (!heldBack.isEmpty()) {
            around.crashPoints().hit(CrashPoint.C8_ONE_BRANCH_TOLD);
            var others = List.copyOf(heldBack);
            heldBack.clear();
            others.forEach(effect -> {
                if (effect instanceof Effect.Tell tell) {
                    tell(tell);
                }
            });
        }
    }

    @Override
    public void unheard(BranchId id, String reason) {
        lock.lock();
        try {
            var branch = branchOf(id);
            branch.detail = Storable.text(reason);
            note(Event.UNCONFIRMED, branch, branch.detail);
            around.listener().retried(Retried.FINISH);
        } finally {
            lock.unlock();
        }
    }

    // ---- ending

    private void end(Decision end) {
        around.crashPoints().hit(CrashPoint.C10_ALL_ACKED);
        finishedAt = now();
        if (slowAlarm != null) {
            slowAlarm.cancel(false);
        }
        note(Event.FINISHED, null, null);
        around.listener().finished(end, elapsed());
        finished.complete(end);
        if (closeEnds) {
            close(end, 1);
        } else if (decision != null) {
            recordEnd(1);
        }
    }

    private void recordEnd(int triesSoFar) {
        var ended = Objects.requireNonNull(decision);
        var _ = around.store().note(endRecord(ended)).whenComplete((kept, failure) -> {
            if (failure == null) {
                if (!kept) {
                    LOG.debug("{} had another owner when it ended", begin.id());
                }
                over.accept(this);
            } else {
                var _ = again(Retried.END_RECORD, triesSoFar, () -> recordEnd(triesSoFar + 1));
            }
        });
    }

    private void recordProgress() {
        lock.lock();
        try {
            if (state instanceof State.Telling && decision != null) {
                var _ = around.store().note(endRecord(decision));
            }
        } finally {
            lock.unlock();
        }
    }

    private EndRecord endRecord(Decision decided) {
        return new EndRecord(
                begin.id(),
                begin.attempt(),
                begin.owner(),
                epoch,
                decided,
                branches.values().stream().anyMatch(branch -> branch.state == BranchState.HAZARD),
                asDecided(decided) ? List.of() : statuses(),
                timeline.entriesFrom(inRegister),
                Objects.requireNonNull(decidedAt),
                finishedAt);
    }

    private boolean asDecided(Decision decided) {
        return decided == Decision.COMMIT
                && branches.values().stream().allMatch(branch -> branch.state == BranchState.COMMITTED);
    }

    private List<BranchStatus> statuses() {
        return branches.values().stream()
                .map(branch ->
                        new BranchStatus(branch.id.name(), branch.vote, branch.refusal, branch.state, branch.detail))
                .toList();
    }

    // ---- showing

    /// The transaction as it is at this moment.
    TransactionResource view() {
        lock.lock();
        try {
            return View.of(begin, viewState(), decision, statuses(), timeline.entries(), decidedAt, finishedAt);
        } finally {
            lock.unlock();
        }
    }

    private TransactionResource.State viewState() {
        return switch (state) {
            case null -> TransactionResource.State.VOTING;
            case State.Voting _ -> TransactionResource.State.VOTING;
            case State.Deciding _ -> TransactionResource.State.DECIDING;
            case State.Telling(var what, var _, var _) ->
                switch (what) {
                    case COMMIT -> TransactionResource.State.COMMITTING;
                    case ABORT -> TransactionResource.State.ABORTING;
                };
            case State.Finished(var what, var hazards) -> View.finished(what, !hazards.isEmpty());
        };
    }

    private Branch branchOf(BranchId id) {
        var branch = branches.get(id);
        if (branch == null) {
            throw new IllegalStateException("no branch of this attempt: " + id);
        }
        return branch;
    }

    private void note(Event event, @Nullable Branch branch, @Nullable String detail) {
        timeline.add(elapsed().toNanos() / 1000, event, branch == null ? null : branch.id.name(), detail);
    }

    private Duration elapsed() {
        return Duration.ofNanos(around.nanoTime().getAsLong() - begunNanos);
    }

    /// This moment, as dates are kept: the begin and what has elapsed, so that later is never earlier.
    private Instant now() {
        return begin.createdAt().plus(elapsed()).truncatedTo(ChronoUnit.MICROS);
    }
}
