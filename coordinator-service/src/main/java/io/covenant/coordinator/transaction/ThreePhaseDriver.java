package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.coordinator.transaction.TransactionStore.Begun;
import io.covenant.coordinator.transaction.TransactionStore.Proposal;
import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Step;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.ThreePhaseCommit;
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.threephase.TimeOutRule;
import io.covenant.transactions.wire.TransactionResource;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives one attempt under three-phase commit, begun here, left by another coordinator, or to be terminated because a
/// participant has waited for too long.
///
/// It keeps nothing that lasts: where the attempt stands is in the databases of its branches and in that of the
/// coordinators, each of which may be away. Any number of these may drive the same attempt at the same time.
final class ThreePhaseDriver implements Drive, ProtocolLoop.Shell<State, Effect> {

    private static final Logger LOG = LoggerFactory.getLogger(ThreePhaseDriver.class);
    private static final SecureRandom ELECTORS = new SecureRandom();

    /// When a branch has not confirmed for so long, the store gets to know how far the others are.
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final Begin begin;
    private final Surroundings around;
    private final Consumer<Drive> over;
    private final ThreePhaseCommit core;
    private final ProtocolLoop<State, Input, Effect> protocol;
    private final CompletableFuture<Resolution> resolution = new CompletableFuture<>();
    private final CompletableFuture<Decision> finished = new CompletableFuture<>();

    // All below is guarded by the lock of the loop.
    private final Chronicle chronicle;
    private final ThreePhaseBranches branches;
    private final @Nullable StoredTransaction adopted;
    /// Whether the begin record is its own, and not only made up of what a participant told.
    private final boolean owned;

    private int epoch;
    private @Nullable Outcome outcome;
    private @Nullable List<Timeline.Entry> learned;
    private @Nullable Future<?> alarm;
    private @Nullable Future<?> slowAlarm;
    private boolean closing;

    private ThreePhaseDriver(
            Begin begin,
            Surroundings around,
            TimeOutRule rule,
            Consumer<Drive> over,
            @Nullable TransactionPlan plan,
            @Nullable StoredTransaction adopted) {
        this.begin = begin;
        this.around = around;
        this.over = over;
        this.adopted = adopted;
        this.owned = plan != null || adopted != null;
        this.epoch = begin.epoch();
        // Drawn for each drive: nobody else ever stands in the same election.
        this.core = new ThreePhaseCommit(ELECTORS.nextLong(), rule);
        this.protocol = new ProtocolLoop<>(begin.id(), around, core, new Input.Retry(), this);
        this.chronicle = new Chronicle(begin, around);
        this.branches = new ThreePhaseBranches(
                around, protocol, chronicle, plan == null ? null : plan.requestId(), plan != null && plan.inTurn());
        if (plan != null) {
            branches.plan(begin, plan);
        } else {
            branches.adopt(begin, adopted == null ? List.of() : adopted.branches());
        }
    }

    /// A new attempt; [#start] starts it.
    static ThreePhaseDriver fresh(
            Begin begin, TransactionPlan plan, Surroundings around, TimeOutRule rule, Consumer<Drive> over) {
        return new ThreePhaseDriver(begin, around, rule, over, plan, null);
    }

    /// An attempt that another coordinator left; [#takeOver] finishes it.
    static ThreePhaseDriver adopted(
            StoredTransaction stored, Surroundings around, TimeOutRule rule, Consumer<Drive> over) {
        var driver = new ThreePhaseDriver(stored.begin(), around, rule, over, null, stored);
        driver.chronicle.startWith(stored.timeline());
        return driver;
    }

    /// An attempt of somebody's, about which a participant asks; [#takeOver] brings it to its end.
    ///
    /// @param begin as far as it is known
    static ThreePhaseDriver asked(Begin begin, Surroundings around, TimeOutRule rule, Consumer<Drive> over) {
        return new ThreePhaseDriver(begin, around, rule, over, null, null);
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

    @Override
    public void start() {
        around.crashPoints().hit(CrashPoint.C0_BEFORE_BEGIN);
        locked(() -> alarm = around.later(Duration.between(begin.createdAt(), begin.deadline()), this::expire));
        var _ = around.store().begin(begin).whenComplete((begun, failure) -> locked(() -> begun(begun, failure)));
    }

    private void begun(@Nullable Begun begun, @Nullable Throwable failure) {
        if (begun instanceof Begun.Stored && !resolution.isDone()) {
            chronicle.note(Event.BEGUN, null, null);
            around.listener().begun(CommitProtocol.THREE_PHASE);
            around.listener().changed(begin.id(), TransactionResource.State.VOTING);
            around.crashPoints().hit(CrashPoint.C1_BEGIN_STORED);
            protocol.enter(ThreePhaseCommit.begin(branches.ids()));
            return;
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

    private void expire() {
        locked(() -> {
            if (protocol.state() == null) {
                // The begin record is still under way: when it comes it is taken back.
                resolution.complete(new Resolution.NotBegun());
                return;
            }
            if (protocol.state() instanceof State.Voting) {
                chronicle.note(Event.DEADLINE_PASSED, null, null);
            }
            protocol.feed(new Input.Expired());
        });
    }

    @Override
    public void takeOver() {
        locked(() -> {
            chronicle.note(Event.TAKEN_OVER, null, null);
            var closed = adopted != null && adopted.register().isEmpty() ? adopted.decision() : null;
            var committed = committed();
            if (committed.isPresent()) {
                chronicle.continues(committed.get());
                chronicle.datesDecision(committed.get().decidedAt());
                chronicle.note(Event.DECIDED, null, Decision.COMMIT.name());
                decided(Decision.COMMIT);
                protocol.enter(ThreePhaseCommit.resume(
                        branches.ids(),
                        Outcome.commit(new TreeSet<>(committed.get().chosen().sealed()))));
            } else if (closed == null) {
                protocol.enter(core.terminate(branches.ids()));
            } else {
                chronicle.datesDecision(Objects.requireNonNullElseGet(
                        Objects.requireNonNull(adopted).decidedAt(), chronicle::now));
                decided(closed);
                protocol.enter(ThreePhaseCommit.resume(branches.ids(), closed));
            }
        });
    }

    /// What the register holds, where it is the commit of this very attempt: nobody need be elected to find it out.
    private Optional<Register> committed() {
        return Optional.ofNullable(adopted)
                .flatMap(StoredTransaction::register)
                .filter(register -> register.decision() == Decision.COMMIT
                        && register.attempt().equals(begin.attempt()));
    }

    @Override
    public void ownsIn(int newEpoch) {
        locked(() -> epoch = Math.max(epoch, newEpoch));
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

    /// What became of the attempt, once that is known here.
    Optional<Outcome> outcome() {
        protocol.lock();
        try {
            return Optional.ofNullable(outcome);
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public void retryNow() {
        locked(() -> {
            if (protocol.state() != null) {
                protocol.retryNow();
                branches.tryNow();
            }
        });
    }

    @Override
    public Pursuit pursuit() {
        protocol.lock();
        try {
            var own = protocol.pursuit();
            return new Pursuit(own.attempts(), branches.nextAttempt().or(own::nextAttempt));
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public TransactionResource view() {
        protocol.lock();
        try {
            return chronicle.view(shown(protocol.state()), branches.statuses());
        } finally {
            protocol.unlock();
        }
    }

    private static TransactionResource.State shown(@Nullable State state) {
        return switch (state) {
            case null -> TransactionResource.State.VOTING;
            case State.Voting _ -> TransactionResource.State.VOTING;
            case State.Electing _, State.Attempting _, State.Outrun _ -> TransactionResource.State.DECIDING;
            case State.Telling telling -> View.unfinished(telling.outcome().decision());
            case State.Finished(var decision, var hazards) -> View.finished(decision, !hazards.isEmpty());
        };
    }

    private void locked(Runnable action) {
        protocol.lock();
        try {
            action.run();
        } finally {
            protocol.unlock();
        }
    }

    // ---- what the core asks for

    @Override
    public void perform(@Nullable State before, Step<State, Effect> step) {
        arrived(before, step.next());
        boolean alone = before instanceof State.Attempting && around.tellsOneAlone();
        var tells = step.effects().stream()
                .filter(effect -> effect instanceof Effect.Tell tell && tell.to() instanceof Site.Branch)
                .map(Effect.Tell.class::cast)
                .toList();
        for (var effect : step.effects()) {
            switch (effect) {
                case Effect.Prepare(var to, var _) -> branches.prepare(to);
                case Effect.Elect(var to, var election) -> ask(effect, to, new Request.Elect(election));
                case Effect.Attempt(var to, var election, var towards) ->
                    ask(effect, to, new Request.Attempt(election, towards));
                case Effect.Tell(Site.Coordinators to, var what) -> learn(effect, to, what);
                case Effect.Tell(Site.Branch _, var _) -> {}
                case Effect.Answer(var answer) -> {
                    chronicle.datesDecision(chronicle.now());
                    chronicle.note(Event.DECIDED, null, answer.name());
                    decided(answer);
                }
                case Effect.Close(var closed) -> {
                    closing = true;
                    chronicle.datesDecision(chronicle.now());
                    chronicle.note(Event.DECIDED, null, closed.name());
                    close(closed, 1);
                }
                case Effect.End(var end) -> end(end);
            }
        }
        branches.tellAll(tells, alone);
    }

    /// Notes how far it is, and dies there where that is to be tried.
    private void arrived(@Nullable State before, State next) {
        switch (next) {
            case State.Electing electing
            when !(before instanceof State.Electing) -> {
                around.listener().stands(begin.id());
                chronicle.note(Event.ELECTION, null, electing.election().toString());
            }
            case State.Attempting attempting
            when !(before instanceof State.Attempting) -> {
                if (before instanceof State.Voting) {
                    chronicle.note(Event.VOTES_IN, null, null);
                    around.crashPoints().hit(CrashPoint.C6_VOTES_IN);
                }
                chronicle.note(
                        Event.ATTEMPT,
                        null,
                        "%s in %s".formatted(attempting.outcome().decision(), attempting.election()));
            }
            case State.Outrun(var _, var highest)
            when !(before instanceof State.Outrun) -> {
                chronicle.note(Event.OUTRUN, null, "by " + highest);
                protocol.countTry();
                protocol.retryAfter(protocol.tries());
            }
            case State.Telling telling
            when !(before instanceof State.Telling) -> {
                outcome = telling.outcome();
                if (telling.outcome().decision() == Decision.COMMIT) {
                    around.crashPoints().hit(CrashPoint.C7_DECISION_FORCED);
                }
            }
            case State.Voting _,
                    State.Electing _,
                    State.Attempting _,
                    State.Outrun _,
                    State.Telling _,
                    State.Finished _ -> {}
        }
    }

    private void ask(Effect effect, Site to, Request request) {
        switch (to) {
            case Site.Branch(var branch) -> branches.ask(effect, branch, request);
            case Site.Coordinators _ ->
                branches.askCoordinators(effect, new BranchId(begin.id(), begin.attempt(), "-"), request);
        }
    }

    /// Has the coordinators' site write the commit where clients look for it.
    private void learn(Effect effect, Site site, Outcome what) {
        if (learned == null) {
            learned = chronicle.events();
        }
        var timeline = learned;
        var at = chronicle.now();
        branches.send(
                effect,
                () -> {
                    try {
                        return Optional.of(around.store()
                                .site()
                                .learn(begin.id(), begin.attempt(), what, branches.services(), timeline, at));
                    } catch (StoreUnavailableException e) {
                        LOG.debug("{} is committed, and the coordinators' database does not know", begin.id(), e);
                        return Optional.<Register>empty();
                    }
                },
                register -> {
                    if (register.isPresent()) {
                        keeps(register.get(), timeline);
                        protocol.feed(new Input.Acked(site, Ack.DONE));
                    } else {
                        around.listener().retried(CommitProtocol.THREE_PHASE, Retried.DECISION);
                        protocol.countTry();
                        protocol.retryAfter(protocol.tries());
                    }
                });
    }

    private void keeps(Register register, List<Timeline.Entry> timeline) {
        if (register.timeline().equals(timeline)) {
            chronicle.registerKeeps(timeline.size());
        } else {
            chronicle.continues(register);
        }
        chronicle.datesDecision(register.decidedAt());
    }

    // ---- closing

    /// The branches are told already; only the answer waits for the begin record.
    private void close(Decision closed, int triesSoFar) {
        var record = endRecord(closed);
        around.workers().execute(() -> {
            try {
                boolean kept = around.store().site().close(record);
                locked(() -> {
                    if (kept) {
                        closed(closed);
                    } else {
                        askRegister(1);
                    }
                });
            } catch (StoreUnavailableException e) {
                LOG.debug("{} could not be closed", begin.id(), e);
                again(Retried.END_RECORD, triesSoFar, () -> close(closed, triesSoFar + 1));
            }
        });
    }

    /// The begin record is not there to carry the answer: the client may hear only what becomes of the transaction.
    private void askRegister(int triesSoFar) {
        var tombstone = Proposal.tombstone(begin.id(), begin.attempt(), chronicle.now());
        var _ = around.store().decide(tombstone).whenComplete((register, failure) -> {
            if (failure != null) {
                again(Retried.DECISION, triesSoFar, () -> askRegister(triesSoFar + 1));
            } else {
                locked(() -> {
                    if (register.decision() == Decision.COMMIT) {
                        resolution.complete(new Resolution.Elsewhere());
                    }
                    closed(register.decision());
                });
            }
        });
    }

    private void again(Retried what, int triesSoFar, Runnable task) {
        around.listener().retried(CommitProtocol.THREE_PHASE, what);
        var _ = around.later(around.retries().after(triesSoFar), () -> locked(task));
    }

    private void closed(Decision answer) {
        closing = false;
        decided(answer);
        if (chronicle.finished()) {
            recordEnd(1);
        }
    }

    /// From here on clients may hear it.
    private void decided(Decision answer) {
        chronicle.decides(answer);
        cancelAlarms();
        branches.dropPayloads();
        protocol.forgetTries();
        if (owned) {
            around.listener().decided(CommitProtocol.THREE_PHASE, answer, chronicle.elapsed());
            if (!chronicle.finished()) {
                around.listener().changed(begin.id(), View.unfinished(answer));
                slowAlarm = around.later(SLOW, () -> locked(this::recordProgress));
            }
        }
        resolution.complete(new Resolution.Decided(answer));
    }

    private void cancelAlarms() {
        if (alarm != null) {
            alarm.cancel(false);
        }
        if (slowAlarm != null) {
            slowAlarm.cancel(false);
        }
    }

    // ---- ending

    private void end(Decision end) {
        around.crashPoints().hit(CrashPoint.C10_ALL_ACKED);
        chronicle.finishes();
        cancelAlarms();
        chronicle.note(Event.FINISHED, null, null);
        if (owned) {
            around.listener().finished(CommitProtocol.THREE_PHASE, end, chronicle.elapsed());
            around.listener().changed(begin.id(), View.finished(end, branches.anyHazard()));
        }
        finished.complete(end);
        if (!closing) {
            recordEnd(1);
        }
    }

    /// Who only helped out has nobody's record to end.
    private void recordEnd(int triesSoFar) {
        if (!owned) {
            over.accept(this);
            return;
        }
        var record = endRecord(Objects.requireNonNull(chronicle.decision()));
        var _ = around.store().note(record).whenComplete((kept, failure) -> {
            if (failure == null) {
                if (!kept) {
                    LOG.debug("{} had another owner when it ended", begin.id());
                }
                over.accept(this);
            } else {
                again(Retried.END_RECORD, triesSoFar, () -> recordEnd(triesSoFar + 1));
            }
        });
    }

    private void recordProgress() {
        var decision = chronicle.decision();
        if (protocol.state() instanceof State.Telling && decision != null) {
            var _ = around.store().note(endRecord(decision));
        }
    }

    private EndRecord endRecord(Decision decided) {
        return chronicle.endRecord(
                epoch, decided, branches.anyHazard(), branches.areAs(decided) ? List.of() : branches.statuses());
    }
}
