package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.SagaJournal.Begun;
import io.covenant.coordinator.transaction.SagaJournal.Proposal;
import io.covenant.coordinator.transaction.SagaSteps.Culprit;
import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaExecution;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaExecution.Asked;
import io.covenant.transactions.saga.SagaExecution.Effect;
import io.covenant.transactions.saga.SagaExecution.Input;
import io.covenant.transactions.saga.SagaExecution.Phase;
import io.covenant.transactions.saga.SagaExecution.State;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives one saga: the shell that does what [SagaExecution] asks for, with the services and with the journal.
///
/// Unlike the other protocols a saga has one owner: where the journal says that it is somebody else, this one drops
/// out without a word to the services.
final class SagaDriver implements Drive, ProtocolLoop.Shell<State, Effect> {

    private static final Logger LOG = LoggerFactory.getLogger(SagaDriver.class);

    /// A call waits for its share of the time that the step's policy grants, within these.
    private static final Duration SHORTEST_CALL = Duration.ofMillis(500);
    private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

    /// How often it looks whether a service is left in peace no more.
    private static final Duration PAUSED = Duration.ofMillis(500);

    private final Surroundings around;
    private final SagaJournal journal;
    private final Consumer<Drive> over;
    private final @Nullable String requestId;
    private final CompletableFuture<Resolution> resolution = new CompletableFuture<>();
    private final CompletableFuture<Decision> finished = new CompletableFuture<>();
    private final ProtocolLoop<State, Input, Effect> protocol;
    private final Begin begin;

    // All below is guarded by the lock of the loop.
    private final Chronicle chronicle;
    private final SagaTimers timers;
    private int epoch;
    /// Counts take-overs of this saga by this very driver: what belongs to an earlier one does not count any more.
    private int tenure;
    private boolean left;
    private @Nullable SagaPlan plan;
    private @Nullable SagaExecution execution;
    private @Nullable Proposal proposal;
    private Set<String> undone = Set.of();
    private Optional<Culprit> culprit = Optional.empty();

    private SagaDriver(
            Begin begin,
            @Nullable SagaPlan plan,
            Surroundings around,
            Consumer<Drive> over,
            @Nullable String requestId) {
        this.begin = begin;
        this.around = around;
        this.journal = around.store().sagas();
        this.over = over;
        this.requestId = requestId;
        this.epoch = begin.epoch();
        this.chronicle = new Chronicle(begin, around);
        this.timers = new SagaTimers(around);
        this.protocol = new ProtocolLoop<>(begin.id(), around, this::on, new Input.Retry(), this);
        if (plan != null) {
            executes(plan);
        }
    }

    /// A new saga; [#start] starts it.
    ///
    /// @param over hears when nothing is left to be done here
    static SagaDriver fresh(Begin begin, TransactionPlan plan, Surroundings around, Consumer<Drive> over) {
        return new SagaDriver(begin, SagaPlan.of(plan), around, over, plan.requestId());
    }

    /// A saga that another coordinator left; [#takeOver] goes on with it.
    static SagaDriver adopted(StoredTransaction stored, Surroundings around, Consumer<Drive> over) {
        return new SagaDriver(stored.begin(), null, around, over, null);
    }

    private void executes(SagaPlan known) {
        plan = known;
        execution = new SagaExecution(known.saga());
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

    // ---- beginning

    @Override
    public void start() {
        around.crashPoints().hit(CrashPoint.C0_BEFORE_BEGIN);
        begin(1);
    }

    /// A begin record that nobody drives would stay for ever, so it asks until it knows.
    private void begin(int tries) {
        var _ = journal.begin(begin, plan()).whenComplete((begun, failure) -> begun(begun, failure, tries));
    }

    private void begun(@Nullable Begun begun, @Nullable Throwable failure, int tries) {
        switch (begun) {
            case null -> {
                LOG.debug("{}: whether it is begun is not known", begin.id(), failure);
                again(tries, () -> {
                    if (late()) {
                        withdraw(1);
                    } else {
                        begin(tries + 1);
                    }
                });
            }
            case Begun.Stored _ when late() -> withdraw(1);
            case Begun.Stored _ -> run();
            case Begun.Taken _ -> leave(new Resolution.Elsewhere());
            case Begun.Entombed(var register) -> {
                protocol.lock();
                try {
                    chronicle.datesDecision(register.decidedAt());
                    chronicle.decides(Decision.ABORT);
                    chronicle.finishes();
                } finally {
                    protocol.unlock();
                }
                finished.complete(Decision.ABORT);
                leave(new Resolution.Decided(Decision.ABORT));
            }
        }
    }

    private boolean late() {
        return !chronicle.timeLeft().isPositive();
    }

    /// No step has heard of it, and none will.
    private void withdraw(int tries) {
        var _ = journal.withdraw(begin).whenComplete((_, failure) -> {
            if (failure == null) {
                leave(new Resolution.NotBegun());
            } else {
                again(tries, () -> withdraw(tries + 1));
            }
        });
    }

    private void again(int tries, Runnable task) {
        var _ = around.later(around.retries().after(tries), task);
    }

    private void run() {
        protocol.lock();
        try {
            chronicle.note(Event.BEGUN, null, null);
            around.listener().begun(CommitProtocol.SAGA);
            around.listener().changed(begin.id(), TransactionResource.State.EXECUTING);
            around.crashPoints().hit(CrashPoint.C1_BEGIN_STORED);
            setAlarm();
            protocol.enter(execution().begin());
        } finally {
            protocol.unlock();
        }
    }

    private void setAlarm() {
        var timeLeft = chronicle.timeLeft();
        timers.alarm(timeLeft.isNegative() ? Duration.ZERO : timeLeft, mine(this::expire));
    }

    private void expire() {
        if (protocol.state() instanceof State.Running running && !running.forward()) {
            chronicle.note(Event.DEADLINE_PASSED, null, null);
        }
        protocol.feed(new Input.Expired());
    }

    // ---- taking over

    @Override
    public void takeOver() {
        protocol.lock();
        try {
            look(tenure, 1);
        } finally {
            protocol.unlock();
        }
    }

    /// Somebody else may have driven it meanwhile: it begins anew with what the journal says.
    @Override
    public void ownsIn(int newEpoch) {
        protocol.lock();
        try {
            if (newEpoch > epoch && !left) {
                epoch = newEpoch;
                tenure++;
                timers.cancel();
                proposal = null;
                look(tenure, 1);
            }
        } finally {
            protocol.unlock();
        }
    }

    private void look(int inTenure, int tries) {
        around.workers().execute(() -> {
            Optional<SagaJournal.Entry> entry;
            try {
                entry = journal.read(begin.id());
            } catch (StoreUnavailableException e) {
                LOG.debug("{}: the journal does not answer", begin.id(), e);
                again(tries, () -> look(inTenure, tries + 1));
                return;
            }
            inTenure(inTenure, () -> entry.filter(this::isMine).ifPresentOrElse(this::goOn, this::dropOut));
        });
    }

    private boolean isMine(SagaJournal.Entry entry) {
        var found = entry.stored().begin();
        return found.attempt().equals(begin.attempt())
                && found.owner().equals(begin.owner())
                && found.epoch() == epoch
                && !entry.stored().finished();
    }

    private void goOn(SagaJournal.Entry entry) {
        var stored = entry.stored();
        executes(entry.plan());
        chronicle.startWith(stored.timeline());
        chronicle.note(Event.TAKEN_OVER, null, null);
        culprit = SagaSteps.culprit(stored.branches());
        stored.register().ifPresent(register -> chronicle.datesDecision(register.decidedAt()));
        setAlarm();
        protocol.enter(execution()
                .takeOver(SagaSteps.noted(stored.branches()), stored.register().map(this::chosen)));
    }

    /// Somebody else owns it.
    private void dropOut() {
        LOG.info("{} has another owner, and is left to it", begin.id());
        timers.cancel();
        leave(new Resolution.Elsewhere());
    }

    private void leave(Resolution why) {
        protocol.lock();
        try {
            left = true;
            timers.cancel();
        } finally {
            protocol.unlock();
        }
        over.accept(this);
        resolution.complete(why);
    }

    // ---- stepping

    /// What the core makes of an input; here, where both states are seen, it shows for whom a saga turns back.
    private Step<State, Effect> on(State state, Input input) {
        var step = execution().on(state, input);
        if (state instanceof State.Running
                && (step.next() instanceof State.Fencing
                        || (step.next() instanceof State.Deciding(var proposed, var _)
                                && proposed == Decision.ABORT))) {
            culprit = switch (input) {
                case Input.Refused(var name, var _, var why) -> Optional.of(new Culprit(name, why));
                case Input.Failed(var name, var _, var why) -> Optional.of(new Culprit(name, why));
                case Input.Overdue(var name) ->
                    Optional.of(new Culprit(
                            name, Refusal.of("step-overdue", "The step has taken longer than its policy grants.")));
                case Input.Succeeded _,
                        Input.Accepted _,
                        Input.Undone _,
                        Input.Fenced _,
                        Input.RetryDue _,
                        Input.Expired _,
                        Input.Chosen _,
                        Input.Retry _,
                        Input.Resume _ -> Optional.empty();
            };
        }
        return step;
    }

    @Override
    public void perform(@Nullable State before, Step<State, Effect> step) {
        if (left) {
            return;
        }
        for (var effect : step.effects()) {
            switch (effect) {
                case Effect.Act(var name) -> ask(name, Ask.ACT);
                case Effect.Undo(var name) -> ask(name, Ask.UNDO);
                case Effect.Fence(var name) -> ask(name, Ask.FENCE);
                case Effect.RetryAfter(var name, var delay) -> {
                    if (!isAccepted(name)) {
                        around.listener().retried(CommitProtocol.SAGA, Retried.STEP);
                    }
                    timers.retry(name, delay, mine(() -> protocol.feed(new Input.RetryDue(name))));
                }
                case Effect.Watch(var name, var within) -> timers.watch(name, within, mine(() -> overdue(name)));
                case Effect.Note(var name) -> timers.done(name);
                case Effect.Propose(var decision, var steps) -> propose(decision, steps);
                case Effect.Answer(var decision) -> answer(decision);
                case Effect.Raise(var name, var why) -> raise(name, why);
                case Effect.End(var decision) -> end(decision);
            }
        }
        if (!chronicle.finished() && isWorthANote(before, step)) {
            note();
        }
        shows(before, step.next());
    }

    private static boolean isWorthANote(@Nullable State before, Step<State, Effect> step) {
        return before instanceof State.Deciding
                || step.next() instanceof State.Stuck
                || step.effects().stream()
                        .anyMatch(effect -> effect instanceof Effect.Note || effect instanceof Effect.Raise);
    }

    private void shows(@Nullable State before, State now) {
        var state = steps(now).resourceState();
        boolean changed = before == null || steps(before).resourceState() != state;
        if (now instanceof State.Stuck && !(before instanceof State.Stuck)) {
            chronicle.note(Event.STUCK, null, null);
            LOG.warn("{} is stuck: a person has to help", begin.id());
        }
        if (changed && !(now instanceof State.Done) && !(now instanceof State.Undone)) {
            around.listener().changed(begin.id(), state);
        }
    }

    // ---- asking

    private void ask(String name, Ask ask) {
        var spec = plan().step(name);
        var operation = ask == Ask.UNDO ? spec.compensation().orElseThrow() : spec.action();
        var share = spec.retries()
                .within()
                .dividedBy(Math.max(1, Math.min(spec.retries().attempts(), 20)));
        var call = new StepCall(
                new BranchId(begin.id(), begin.attempt(), name),
                spec.service(),
                ask,
                operation,
                plan().payload(name),
                share.compareTo(SHORTEST_CALL) < 0
                        ? SHORTEST_CALL
                        : share.compareTo(LONGEST_CALL) > 0 ? LONGEST_CALL : share,
                requestId);
        tell(
                name,
                switch (ask) {
                    case ACT -> Event.ACT_SENT;
                    case UNDO -> Event.UNDO_SENT;
                    case FENCE -> Event.FENCE_SENT;
                },
                null);
        send(call);
    }

    private void send(StepCall call) {
        if (around.teller().leavesInPeace(call.service())) {
            timers.hold(call, PAUSED, mine(() -> send(call)));
            return;
        }
        int inTenure = tenure;
        around.workers().execute(() -> {
            var answer = answerTo(call);
            inTenure(inTenure, () -> answered(call, answer));
        });
    }

    private SagaAnswer answerTo(StepCall call) {
        try {
            return around.participants().step(call);
        } catch (RuntimeException e) {
            LOG.error("asking {} failed in a way that nobody expected", call.service(), e);
            return new SagaAnswer.Failed(Refusal.of("step-unanswered", e.toString()));
        }
    }

    /// Each call has one answer, which is one input; the core knows which of its questions it still waits for.
    private void answered(StepCall call, SagaAnswer answer) {
        var name = call.step().name();
        around.listener().stepAnswered(call.ask(), answer);
        switch (answer) {
            case SagaAnswer.Succeeded _ -> {
                tell(name, Event.DONE, null);
                protocol.feed(new Input.Succeeded(name));
            }
            case SagaAnswer.Accepted _ -> {
                if (!isAccepted(name)) {
                    tell(name, Event.ACCEPTED, null);
                }
                protocol.feed(new Input.Accepted(name));
            }
            case SagaAnswer.Refused(var why) -> {
                tell(name, Event.REFUSED, why);
                protocol.feed(new Input.Refused(name, call.ask(), why));
            }
            case SagaAnswer.Failed(var why) -> {
                tell(name, Event.FAILED, why);
                protocol.feed(new Input.Failed(name, call.ask(), why));
            }
            case SagaAnswer.Undone _ -> {
                tell(name, Event.UNDONE, null);
                protocol.feed(new Input.Undone(name));
            }
            case SagaAnswer.Fenced _ -> {
                tell(name, Event.FENCED, null);
                protocol.feed(new Input.Fenced(name));
            }
        }
    }

    private boolean isAccepted(String name) {
        return SagaSteps.asked(protocol.state(), name)
                .filter(asked -> asked.phase() == Phase.ACCEPTED)
                .isPresent();
    }

    /// What is said a thousand times is told ten times, and that a step is asked how far it is, not at all.
    private void tell(String name, Event event, @Nullable Refusal why) {
        var asked = SagaSteps.asked(protocol.state(), name);
        boolean often = Integer.bitCount(asked.map(Asked::tries).orElse(1)) > 1;
        boolean asksHowFar = event == Event.ACT_SENT && isAccepted(name);
        boolean repeats = event == Event.ACT_SENT
                || event == Event.UNDO_SENT
                || event == Event.FENCE_SENT
                || event == Event.FAILED;
        if (!asksHowFar && !(often && repeats)) {
            chronicle.noteOf(name, event, why == null ? null : Storable.text(why.code() + ": " + why.detail()));
        }
    }

    private void overdue(String name) {
        if (SagaSteps.asked(protocol.state(), name).isPresent()) {
            chronicle.noteOf(name, Event.OVERDUE, null);
        }
        protocol.feed(new Input.Overdue(name));
    }

    /// A service says by itself that a step is over which it had only accepted.
    void reported(String name, Optional<Refusal> refusal) {
        protocol.lock();
        try {
            if (left || protocol.state() == null) {
                return;
            }
            chronicle.noteOf(
                    name,
                    Event.REPORTED,
                    refusal.map(Refusal::code).map(Storable::text).orElse(null));
            protocol.feed(refusal.<Input>map(why -> new Input.Refused(name, Ask.ACT, why))
                    .orElseGet(() -> new Input.Succeeded(name)));
        } finally {
            protocol.unlock();
        }
    }

    private void raise(String name, Refusal why) {
        LOG.warn("{}: step {} needs a person: {}: {}", begin.id(), name, why.code(), why.detail());
        around.listener().raised(new BranchId(begin.id(), begin.attempt(), name), why);
    }

    // ---- deciding

    private void propose(Decision decision, SortedSet<String> names) {
        protocol.countTry();
        if (proposal == null || proposal.decision() != decision) {
            chronicle.note(Event.DECISION_PROPOSED, null, decision.name());
            around.crashPoints().hit(CrashPoint.C6_VOTES_IN);
            var services = new TreeMap<String, String>();
            names.forEach(name -> services.put(name, plan().step(name).service()));
            proposal = new Proposal(
                    begin.id(), begin.attempt(), begin.owner(), epoch, decision, services, chronicle.now());
        }
        int inTenure = tenure;
        var _ = journal.decide(proposal).whenComplete((register, failure) -> {
            if (failure == null) {
                inTenure(inTenure, () -> register.ifPresentOrElse(this::decidedAs, this::dropOut));
            } else {
                inTenure(inTenure, () -> undecided(failure));
            }
        });
    }

    private void undecided(Throwable failure) {
        LOG.debug("{}: the register did not answer", begin.id(), failure);
        if (protocol.tries() == 1) {
            chronicle.note(Event.REGISTER_UNAVAILABLE, null, null);
        }
        around.listener().retried(CommitProtocol.SAGA, Retried.DECISION);
        protocol.retryAfter(protocol.tries());
    }

    private void decidedAs(Register held) {
        around.crashPoints().hit(CrashPoint.C7_DECISION_FORCED);
        protocol.forgetTries();
        chronicle.datesDecision(held.decidedAt());
        if (held.decision() == Decision.COMMIT) {
            culprit = Optional.empty();
        }
        protocol.feed(chosen(held));
    }

    private Input.Chosen chosen(Register register) {
        undone = register.decision() == Decision.ABORT ? register.sealed().keySet() : Set.of();
        return new Input.Chosen(register.decision(), undone);
    }

    /// From here on clients may hear it.
    private void answer(Decision decision) {
        chronicle.note(Event.DECIDED, null, decision.name());
        chronicle.decides(decision);
        around.listener().decided(CommitProtocol.SAGA, decision, chronicle.elapsed());
        resolution.complete(new Resolution.Decided(decision));
    }

    // ---- noting and ending

    private void note() {
        int inTenure = tenure;
        var _ = journal.note(chronicle.sagaNote(epoch, steps(protocol.state()).statuses()))
                .whenComplete((kept, _) -> {
                    if (Boolean.FALSE.equals(kept)) {
                        inTenure(inTenure, this::superseded);
                    }
                });
    }

    private void superseded() {
        if (!chronicle.finished()) {
            dropOut();
        }
    }

    private void end(Decision decision) {
        around.crashPoints().hit(CrashPoint.C10_ALL_ACKED);
        timers.cancel();
        chronicle.finishes();
        chronicle.note(Event.FINISHED, null, null);
        around.listener().finished(CommitProtocol.SAGA, decision, chronicle.elapsed());
        around.listener().changed(begin.id(), View.finished(decision, false));
        finished.complete(decision);
        recordEnd(chronicle.sagaNote(epoch, steps(protocol.state()).statuses()), 1);
    }

    private void recordEnd(SagaJournal.Note end, int tries) {
        var _ = journal.note(end).whenComplete((_, failure) -> {
            if (failure == null) {
                protocol.lock();
                try {
                    left = true;
                } finally {
                    protocol.unlock();
                }
                over.accept(this);
            } else {
                around.listener().retried(CommitProtocol.SAGA, Retried.END_RECORD);
                again(tries, () -> recordEnd(end, tries + 1));
            }
        });
    }

    // ---- being looked after

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
            switch (protocol.state()) {
                case null -> {}
                case State.Stuck _ -> {
                    chronicle.note(Event.RESUMED, null, null);
                    protocol.feed(new Input.Resume());
                }
                case State.Deciding _ -> protocol.retryNow();
                case State.Running _, State.Fencing _, State.Compensating _, State.Done _, State.Undone _ ->
                    timers.awaited().forEach(name -> protocol.feed(new Input.RetryDue(name)));
            }
        } finally {
            protocol.unlock();
        }
    }

    boolean isStuck() {
        protocol.lock();
        try {
            return protocol.state() instanceof State.Stuck;
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public boolean waitsForOthers() {
        protocol.lock();
        try {
            var state = protocol.state();
            return state instanceof State.Stuck
                    || (state instanceof State.Running(var _, var asked, var _, var _)
                            && asked.values().stream().allMatch(one -> one.phase() == Phase.ACCEPTED));
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public Pursuit pursuit() {
        protocol.lock();
        try {
            if (protocol.state() instanceof State.Deciding) {
                return protocol.pursuit();
            }
            int tries = SagaSteps.asked(protocol.state()).stream()
                    .mapToInt(Asked::tries)
                    .max()
                    .orElse(0);
            return new Pursuit(tries, timers.nextRetry());
        } finally {
            protocol.unlock();
        }
    }

    @Override
    public TransactionResource view() {
        protocol.lock();
        try {
            if (plan == null) {
                return chronicle.view(TransactionResource.State.EXECUTING, List.of());
            }
            var steps = steps(protocol.state());
            return chronicle.view(
                    chronicle.finished() && protocol.state() == null
                            ? View.finished(Objects.requireNonNull(chronicle.decision()), false)
                            : steps.resourceState(),
                    steps.statuses());
        } finally {
            protocol.unlock();
        }
    }

    // ---- small change

    private SagaSteps steps(@Nullable State state) {
        return new SagaSteps(plan().saga(), state, undone, culprit);
    }

    private SagaPlan plan() {
        return Objects.requireNonNull(plan);
    }

    private SagaExecution execution() {
        return Objects.requireNonNull(execution);
    }

    /// For later: done under the lock, unless this driver has been left or has taken over anew meanwhile.
    private Runnable mine(Runnable task) {
        int current = tenure;
        return () -> inTenure(current, task);
    }

    private void inTenure(int wanted, Runnable task) {
        protocol.lock();
        try {
            if (wanted == tenure && !left) {
                task.run();
            }
        } finally {
            protocol.unlock();
        }
    }
}
