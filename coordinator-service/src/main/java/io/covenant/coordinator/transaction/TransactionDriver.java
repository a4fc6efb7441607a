package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.coordinator.transaction.TransactionListener.Optimisation;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.coordinator.transaction.TransactionStore.Begun;
import io.covenant.coordinator.transaction.TransactionStore.Proposal;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Step;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives one attempt of one transaction: the shell that does what the protocol's core asks for, with the
/// [branches][Branches] and with the store.
///
/// What the store has not forced to disk may be lost.
///
/// @param <S> the protocol's states
/// @param <I> its inputs
/// @param <E> its effects
final class TransactionDriver<S, I, E> implements Drive, ProtocolLoop.Shell<S, E> {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionDriver.class);

    /// When a branch has not confirmed for so long, the store gets to know how far the others are.
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Dialect<S, I, E> dialect;
    private final Begin begin;
    private final Surroundings around;
    private final Consumer<Drive> over;
    private final CompletableFuture<Resolution> resolution = new CompletableFuture<>();
    private final CompletableFuture<Decision> finished = new CompletableFuture<>();
    private final ProtocolLoop<S, I, E> protocol;

    // All below is guarded by the lock of the loop.
    private final Chronicle chronicle;
    private final Branches<S, I, E> branches;
    private boolean adopted;
    private int epoch;
    private final List<Future<?>> alarms = new ArrayList<>(1);
    private @Nullable Future<?> slowAlarm;
    private @Nullable Proposal proposal;
    /// The record that closes is the end record as well.
    private boolean closeEnds;

    private TransactionDriver(
            Dialect<S, I, E> dialect,
            Begin begin,
            Surroundings around,
            Consumer<Drive> over,
            @Nullable String requestId,
            boolean inTurn) {
        this.dialect = dialect;
        this.begin = begin;
        this.around = around;
        this.over = over;
        this.epoch = begin.epoch();
        this.protocol = new ProtocolLoop<>(begin.id(), around, dialect.protocol(), dialect.retry(), this);
        this.chronicle = new Chronicle(begin, around);
        this.branches = new Branches<>(around, dialect, protocol, chronicle, requestId, inTurn);
    }

    /// A new attempt; [#start] starts it.
    ///
    /// @param over hears when nothing is left to be done
    static <S, I, E> Drive fresh(
            Dialect<S, I, E> dialect, Begin begin, TransactionPlan plan, Surroundings around, Consumer<Drive> over) {
        var driver = new TransactionDriver<>(dialect, begin, around, over, plan.requestId(), plan.inTurn());
        driver.branches.plan(begin, plan);
        return driver;
    }

    /// An attempt that another coordinator left; [#takeOver] finishes it.
    static <S, I, E> Drive adopted(
            Dialect<S, I, E> dialect, StoredTransaction stored, Surroundings around, Consumer<Drive> over) {
        var driver = new TransactionDriver<>(dialect, stored.begin(), around, over, null, false);
        driver.branches.adopt(stored);
        driver.chronicle.startWith(stored.timeline());
        driver.adopted = true;
        return driver;
    }

    @Override
    public Begin begin() {
        return begin;
    }

    @Override
    public CompletableFuture<Resolution> resolution() {
        return resolution;
    }

    @Override
    public CompletableFuture<Decision> finished() {
        return finished;
    }

    /// Stores the begin record, then asks the branches to prepare.
    @Override
    public void start() {
        around.crashPoints().hit(CrashPoint.C0_BEFORE_BEGIN);
        setAlarm();
        var _ = around.store().begin(begin).whenComplete((begun, failure) -> begun(begun, failure));
    }

    private void setAlarm() {
        protocol.lock();
        try {
            alarms.add(around.later(
                    Duration.between(begin.createdAt(), begin.deadline()), () -> expire(Event.DEADLINE_PASSED)));
        } finally {
            protocol.unlock();
        }
    }

    /// Has it give up earlier than at the deadline.
    private void expireAfter(BranchId asked, Duration holds) {
        var left = holds.minus(branches.sinceAsked(asked));
        if (left.compareTo(chronicle.timeLeft()) < 0) {
            alarms.add(around.later(left, () -> expire(Event.RESERVATION_OVER)));
        }
    }

    private void begun(@Nullable Begun begun, @Nullable Throwable failure) {
        protocol.lock();
        try {
            if (begun instanceof Begun.Stored && !resolution.isDone()) {
                chronicle.note(Event.BEGUN, null, null);
                around.listener().begun(begin.protocol());
                around.listener().changed(begin.id(), TransactionResource.State.VOTING);
                around.crashPoints().hit(CrashPoint.C1_BEGIN_STORED);
                protocol.enter(dialect.begin(branches.ids()));
                return;
            }
        } finally {
            protocol.unlock();
        }
        cancelAlarms();
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

    @Override
    public void takeOver() {
        protocol.lock();
        try {
            chronicle.note(Event.TAKEN_OVER, null, null);
            protocol.enter(dialect.takeOver(branches.ids()));
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public void ownsIn(int newEpoch) {
        protocol.lock();
        try {
            epoch = Math.max(epoch, newEpoch);
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public @Nullable Decision decision() {
        protocol.lock();
        try {
            return chronicle.decision();
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public void retryNow() {
        protocol.lock();
        try {
            if (protocol.state() != null) {
                protocol.retryNow();
                branches.services().forEach(around.teller()::tryNow);
            }
        } finally {
            protocol.unlock();
        }
    }

    /// Whoever does not answer may be the teller's concern, or the protocol's.
    @Override
    public Pursuit pursuit() {
        protocol.lock();
        try {
            var own = protocol.pursuit();
            return new Pursuit(
                    own.attempts(),
                    branches.services().stream()
                            .flatMap(service -> around.teller().nextAttempt(service).stream())
                            .min(Comparator.naturalOrder())
                            .or(own::nextAttempt));
        } finally {
            protocol.unlock();
        }
    }

    private void expire(Event why) {
        protocol.lock();
        try {
            if (protocol.state() == null) {
                // The begin record is still under way: when it comes it is taken back.
                resolution.complete(new Resolution.NotBegun());
                return;
            }
            if (shown(protocol.state()) == State.VOTING) {
                chronicle.note(why, null, null);
            }
            protocol.feed(dialect.expired());
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public void perform(@Nullable S before, Step<S, E> step) {
        var next = dialect.shown(step.next());
        boolean alone = shown(before) == State.DECIDING && next == State.COMMITTING && around.tellsOneAlone();
        boolean oneIsTold = false;
        if (step.effects().stream()
                        .filter(effect -> dialect.task(effect) instanceof Task.Tell)
                        .count()
                > 1) {
            around.listener().optimised(begin.protocol(), Optimisation.PARALLEL_FINISH);
        }
        for (var effect : step.effects()) {
            switch (dialect.task(effect)) {
                case Task.Ask(var to) -> branches.ask(to);
                case Task.ExpireAfter(var asked, var holds) -> expireAfter(asked, holds);
                case Task.Propose(var proposed, var sealed) -> propose(proposed, sealed);
                case Task.Settle(var to) -> branches.settle(to);
                case Task.Answer(var answer) -> answer(answer);
                case Task.Close(var closed) -> {
                    closeEnds = isOver(next);
                    startClosing(closed);
                }
                case Task.Tell tell -> {
                    if (alone && oneIsTold) {
                        branches.holdBack(tell);
                    } else {
                        oneIsTold = true;
                        branches.tell(tell);
                    }
                }
                case Task.End(var end) -> end(end);
            }
        }
    }

    private static boolean isOver(State state) {
        return switch (state) {
            case VOTING, DECIDING, COMMITTING, ABORTING, EXECUTING, COMPENSATING, STUCK -> false;
            case COMMITTED, ABORTED, HAZARD -> true;
        };
    }

    /// How far it is; it has everything before it until the protocol has been entered.
    private State shown(@Nullable S state) {
        return state == null ? State.VOTING : dialect.shown(state);
    }

    // ---- deciding

    private void propose(Decision proposed, SortedSet<BranchId> sealed) {
        protocol.countTry();
        if (proposal == null) {
            if (proposed == Decision.COMMIT) {
                chronicle.note(Event.VOTES_IN, null, null);
                around.crashPoints().hit(CrashPoint.C6_VOTES_IN);
            }
            chronicle.note(Event.DECISION_PROPOSED, null, proposed.name());
            proposal = new Proposal(
                    begin.id(),
                    begin.attempt(),
                    proposed,
                    branches.services(sealed),
                    chronicle.events(),
                    chronicle.now());
        }
        var _ = around.store().decide(proposal).whenComplete((register, failure) -> chosen(register, failure));
    }

    private void chosen(@Nullable Register register, @Nullable Throwable failure) {
        protocol.lock();
        try {
            if (register == null) {
                LOG.debug("{}: the register did not answer", begin.id(), failure);
                if (protocol.tries() == 1) {
                    chronicle.note(Event.REGISTER_UNAVAILABLE, null, null);
                }
                around.listener().retried(begin.protocol(), Retried.DECISION);
                protocol.retryAfter(protocol.tries());
                return;
            }
            if (!register.attempt().equals(begin.attempt()) && register.decision() == Decision.COMMIT) {
                // The begin record of this attempt was lost, another attempt took its place and has committed.
                resolution.complete(new Resolution.Elsewhere());
                branches.addSealed(register);
            }
            if (adopted) {
                chronicle.continues(register);
            } else if (proposal != null && proposal.timeline().equals(register.timeline())) {
                chronicle.registerKeeps(proposal.timeline().size());
            }
            if (register.decision() == Decision.COMMIT) {
                around.crashPoints().hit(CrashPoint.C7_DECISION_FORCED);
            }
            chronicle.datesDecision(register.decidedAt());
            protocol.feed(dialect.chosen(register));
        } finally {
            protocol.unlock();
        }
    }

    private void answer(Decision answer) {
        chronicle.note(Event.DECIDED, null, answer.name());
        decided(answer);
    }

    /// The branches are told already; only the answer waits for the begin record. Where none is left to be told,
    /// the end goes with it.
    private void startClosing(Decision closed) {
        around.listener().optimised(begin.protocol(), saved(closed));
        chronicle.datesDecision(chronicle.now());
        chronicle.note(Event.DECIDED, null, closed.name());
        if (!closeEnds) {
            close(closed, 1);
        }
    }

    private Optimisation saved(Decision closed) {
        return switch (closed) {
            case ABORT -> Optimisation.PRESUMED_ABORT;
            case COMMIT -> branches.anyCommitted() ? Optimisation.ONE_PHASE : Optimisation.NOTHING_WRITTEN;
        };
    }

    private void close(Decision closed, int triesSoFar) {
        var _ = around.store().close(endRecord(closed)).whenComplete((kept, failure) -> {
            if (failure != null) {
                var _ = again(Retried.END_RECORD, triesSoFar, () -> close(closed, triesSoFar + 1));
            } else if (kept || dialect.isFinalWithoutRecord()) {
                closed(closed);
            } else {
                askRegister(1);
            }
        });
    }

    private void closed(Decision closed) {
        protocol.lock();
        try {
            decided(closed);
            if (closeEnds) {
                over.accept(this);
            } else if (chronicle.finished()) {
                recordEnd(1);
            }
        } finally {
            protocol.unlock();
        }
    }

    /// The begin record is not there to carry the decision: somebody else may be deciding this transaction.
    private void askRegister(int triesSoFar) {
        var tombstone = Proposal.tombstone(begin.id(), begin.attempt(), chronicle.now());
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
        around.listener().retried(begin.protocol(), what);
        return around.later(around.retries().after(triesSoFar), () -> {
            protocol.lock();
            try {
                task.run();
            } finally {
                protocol.unlock();
            }
        });
    }

    /// From here on clients may hear it.
    private void decided(Decision answer) {
        chronicle.decides(answer);
        cancelAlarms();
        branches.dropPayloads();
        around.listener().decided(begin.protocol(), answer, chronicle.elapsed());
        if (!chronicle.finished()) {
            around.listener().changed(begin.id(), View.unfinished(answer));
        }
        protocol.forgetTries();
        if (!chronicle.finished()) {
            slowAlarm = around.later(SLOW, this::recordProgress);
        }
        resolution.complete(new Resolution.Decided(answer));
    }

    private void cancelAlarms() {
        protocol.lock();
        try {
            alarms.forEach(alarm -> alarm.cancel(false));
            alarms.clear();
        } finally {
            protocol.unlock();
        }
    }

    // ---- ending

    private void end(Decision end) {
        around.crashPoints().hit(CrashPoint.C10_ALL_ACKED);
        chronicle.finishes();
        if (slowAlarm != null) {
            slowAlarm.cancel(false);
        }
        chronicle.note(Event.FINISHED, null, null);
        around.listener().finished(begin.protocol(), end, chronicle.elapsed());
        around.listener().changed(begin.id(), View.finished(end, branches.anyHazard()));
        finished.complete(end);
        if (closeEnds) {
            close(end, 1);
        } else if (chronicle.decision() != null) {
            recordEnd(1);
        }
    }

    private void recordEnd(int triesSoFar) {
        var ended = Objects.requireNonNull(chronicle.decision());
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
        protocol.lock();
        try {
            var decision = chronicle.decision();
            if (decision != null && !isOver(shown(protocol.state()))) {
                var _ = around.store().note(endRecord(decision));
            }
        } finally {
            protocol.unlock();
        }
    }

    private EndRecord endRecord(Decision decided) {
        return chronicle.endRecord(
                epoch, decided, branches.anyHazard(), branches.areAs(decided) ? List.of() : branches.statuses());
    }

    // ---- showing

    @Override
    public TransactionResource view() {
        protocol.lock();
        try {
            return chronicle.view(shown(protocol.state()), branches.statuses());
        } finally {
            protocol.unlock();
        }
    }
}
