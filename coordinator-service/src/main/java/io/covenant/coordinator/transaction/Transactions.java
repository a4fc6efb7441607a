package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.RunAnswer.Reason;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.threephase.ThreePhaseInquiry;
import io.covenant.transactions.wire.DecidedOutcome;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.TerminateReply;
import io.covenant.transactions.wire.TransactionResource;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door to transactions: runs them, tells what became of them, finishes those that others left.
///
/// Its methods may block, and are made for virtual threads.
public final class Transactions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    /// How long after the deadline a client still waits for an answer that must be near.
    private static final Duration GRACE = Duration.ofMillis(500);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_PAUSE = Duration.ofSeconds(10);

    private final TransactionStore store;
    private final Participants participants;
    private final Incarnation self;
    private final TransactionSettings settings;
    private final TransactionListener listener;
    private final Surroundings around;
    private final Drives drives;
    private final Terminations terminations;
    private final Memory memory;
    private final Outcomes outcomes;
    private final ScheduledThreadPoolExecutor timers;
    private final Teller teller;
    private final Questions questions;
    private final RandomGenerator attempts = new SecureRandom();
    private final Map<TransactionId, Drive> live = new ConcurrentHashMap<>();
    private final AtomicInteger undecided;

    private volatile Set<String> paused = Set.of();
    private volatile boolean closing;

    Transactions(
            TransactionStore store,
            Participants participants,
            Incarnation self,
            TransactionSettings settings,
            TransactionListener listener,
            CrashPoints crashPoints,
            InstantSource clock,
            LongSupplier nanoTime,
            AtomicInteger undecided,
            Duration keep) {
        this.memory = new Memory(keep, clock);
        this.undecided = undecided;
        this.store = store;
        this.participants = participants;
        this.self = self;
        this.settings = settings;
        this.listener = listener;
        this.timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("transaction-timers").daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        // Once it is closed, what is not finished is left to others.
        timers.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        Executor workers = task -> Thread.ofVirtual().name("branch").start(task);
        var backoff = new Backoff(settings.firstRetry(), settings.longestRetry(), new SecureRandom());
        this.teller = new Teller(participants, workers, timers, backoff, settings);
        this.questions = new Questions(workers, timers, backoff);
        this.around = new Surroundings(
                store,
                participants,
                teller,
                questions,
                listener,
                crashPoints,
                settings.preparePatience(),
                settings.abortPatience(),
                backoff,
                workers,
                timers,
                clock,
                nanoTime);
        this.drives = new Drives(around, settings.timeOuts(), this::over);
        this.terminations = new Terminations(around, settings.timeOuts(), self, live::get, settings.maxUnfinished());
        this.outcomes = new Outcomes(around, terminations, memory, live);
    }

    /// Transactions that are remembered in PostgreSQL.
    ///
    /// @param database gives physical connections, with the right to read and write rows of the coordinators'
    ///                 schema
    /// @param keep     how long what is over is remembered
    public static Transactions onPostgres(
            DataSource database,
            Participants participants,
            Incarnation self,
            TransactionSettings settings,
            TransactionListener listener,
            CrashPoints crashPoints,
            InstantSource clock,
            Duration keep) {
        var undecided = new AtomicInteger();
        return new Transactions(
                new PostgresTransactionStore(database, settings, undecided::get, listener),
                participants,
                self,
                settings,
                listener,
                crashPoints,
                clock,
                System::nanoTime,
                undecided,
                keep);
    }

    /// Whether a service of this name can take part.
    public boolean knows(String service) {
        return participants.knows(service);
    }

    // ---- running

    /// Runs a transaction, or finds the one that was run under this id, and waits for the outcome until about the
    /// deadline. A commit is answered when every branch has confirmed it, so that the client reads its own writes;
    /// or at the deadline, if some are slow. An abort waits for the branches too, but not for long: who comes
    /// again at once shall find their locks and slots free.
    public RunAnswer run(TransactionPlan plan) {
        var digest = plan.digest();
        var known = live.get(plan.id());
        if (known != null) {
            return await(known, digest, true);
        }
        if (memory.mayHaveForgotten(plan.id())) {
            return ofOld(plan.id(), digest);
        }
        if (closing) {
            return new RunAnswer.NotBegun(Reason.SHUTTING_DOWN, RETRY_AFTER);
        }
        if (plan.branches().stream().anyMatch(branch -> paused.contains(branch.service()))) {
            return new RunAnswer.NotBegun(Reason.SERVICE_PAUSED, RETRY_AFTER_PAUSE);
        }
        if (undecided.get() >= settings.maxUndecided() || live.size() >= settings.maxUnfinished()) {
            return new RunAnswer.NotBegun(Reason.TOO_MANY_TRANSACTIONS, RETRY_AFTER);
        }
        var driver = drives.fresh(begin(plan, digest), plan);
        known = live.putIfAbsent(plan.id(), driver);
        if (known != null) {
            return await(known, digest, true);
        }
        undecided.incrementAndGet();
        var _ = settled(driver, plan).whenComplete((_, _) -> undecided.decrementAndGet());
        driver.start();
        return await(driver, digest, false);
    }

    /// A saga may wait for reports for hours; then it is no load any more.
    private CompletableFuture<Resolution> settled(Drive driver, TransactionPlan plan) {
        var resolution = driver.resolution();
        return plan.saga().isEmpty()
                ? resolution
                : resolution.copy().orTimeout(longestWait(plan.deadline()).toMillis(), TimeUnit.MILLISECONDS);
    }

    /// A saga's deadline may be longer than any client waits.
    private Duration longestWait(Duration deadline) {
        return deadline.compareTo(settings.maxDeadline()) < 0 ? deadline : settings.maxDeadline();
    }

    private Begin begin(TransactionPlan plan, String digest) {
        var now = around.clock().instant().truncatedTo(ChronoUnit.MICROS);
        return new Begin(
                plan.id(),
                new Attempt(attempts.nextLong() >>> 1),
                plan.name(),
                plan.protocol(),
                digest,
                plan.branches().stream()
                        .map(branch -> new Begin.BranchSpec(branch.name(), branch.service(), branch.operation()))
                        .toList(),
                now,
                now.plus(plan.deadline()),
                self,
                1);
    }

    private void over(Drive driver) {
        live.remove(driver.begin().id(), driver);
    }

    private RunAnswer await(Drive driver, String digest, boolean replayed) {
        var begin = driver.begin();
        if (!begin.digest().equals(digest)) {
            return new RunAnswer.OtherBody();
        }
        long deadline = deadline(begin);
        Optional<Resolution> resolution = around.by(driver.resolution(), deadline + GRACE.toNanos());
        if (resolution.isEmpty()) {
            return new RunAnswer.Undecided(driver.view());
        }
        return switch (resolution.get()) {
            case Resolution.NotBegun _ -> notBegun();
            case Resolution.Elsewhere _ -> awaitElsewhere(begin.id(), digest);
            case Resolution.Decided(var decision) -> {
                var _ = around.by(
                        driver.finished(),
                        switch (decision) {
                            case COMMIT -> deadline;
                            case ABORT -> Math.min(deadline, after(settings.rollbackPatience()));
                        });
                if (!replayed && !driver.finished().isDone()) {
                    listener.optimised(begin.protocol(), TransactionListener.Optimisation.ANSWER_AT_DECISION);
                }
                yield new RunAnswer.Decided(driver.view(), replayed);
            }
        };
    }

    private long after(Duration pause) {
        return around.nanoTime().getAsLong() + pause.toNanos();
    }

    /// The deadline on the clock of `nanoTime`, as far as somebody waits for it.
    private long deadline(Begin begin) {
        return around.nanoTime().getAsLong()
                + longestWait(Duration.between(around.clock().instant(), begin.deadline()))
                        .toNanos();
    }

    /// Another coordinator, or another attempt, has this transaction: looks into the store until it is over.
    private RunAnswer awaitElsewhere(TransactionId id, String digest) {
        var pause = Duration.ofMillis(10);
        long until = Long.MIN_VALUE;
        while (true) {
            Optional<StoredTransaction> found;
            try {
                found = store.find(id);
            } catch (StoreUnavailableException e) {
                LOG.debug("waiting for {}", id, e);
                return new RunAnswer.OutOfSight();
            }
            if (found.isEmpty()) {
                return notBegun(); // it was taken back meanwhile
            }
            var stored = found.get();
            if (!stored.begin().digest().equals(digest)) {
                return new RunAnswer.OtherBody();
            }
            long now = around.nanoTime().getAsLong();
            if (until == Long.MIN_VALUE) {
                until = deadline(stored.begin());
            }
            boolean late = now - until >= 0;
            if (stored.finished()
                    || stored.answered() == Decision.ABORT
                    || (stored.answered() == Decision.COMMIT && late)) {
                return new RunAnswer.Decided(View.of(stored), true);
            }
            if (now - until >= GRACE.toNanos()) {
                return new RunAnswer.Undecided(View.of(stored));
            }
            var here = live.get(id);
            if (here != null && here.begin().attempt().equals(stored.begin().attempt())) {
                return await(here, digest, true);
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new RunAnswer.Undecided(View.of(stored));
            }
            pause = pause.multipliedBy(2).compareTo(Duration.ofMillis(200)) < 0
                    ? pause.multipliedBy(2)
                    : Duration.ofMillis(200);
        }
    }

    /// What was begun so long ago is not begun again: it may have been over, and forgotten.
    private RunAnswer ofOld(TransactionId id, String digest) {
        try {
            return store.find(id).isEmpty() ? new RunAnswer.Forgotten() : awaitElsewhere(id, digest);
        } catch (StoreUnavailableException e) {
            LOG.debug("looking for {}", id, e);
            return new RunAnswer.OutOfSight();
        }
    }

    private RunAnswer notBegun() {
        return new RunAnswer.NotBegun(closing ? Reason.SHUTTING_DOWN : Reason.REGISTER_UNAVAILABLE, RETRY_AFTER);
    }

    // ---- asking

    /// What is known of a transaction: everything if this coordinator drives it, else what the store knows.
    public Optional<TransactionResource> find(TransactionId id) {
        var driver = live.get(id);
        if (driver != null) {
            return Optional.of(driver.view());
        }
        var stored = store.find(id);
        return stored.isPresent() ? stored.map(View::of) : store.register(id).map(View::of);
    }

    /// Transactions of all coordinators, the newest first.
    public List<TransactionResource> list(TransactionQuery query) {
        var found = new ArrayList<TransactionResource>();
        var rest = query;
        while (true) {
            var stored = store.list(rest);
            for (var one : stored) {
                // What is driven here may be further than the store knows.
                var driver = live.get(one.begin().id());
                var view = driver == null ? View.of(one) : driver.view();
                if (found.size() < query.limit() && (query.state() == null || query.state() == view.state())) {
                    found.add(view);
                }
            }
            if (stored.size() < query.limit() || found.size() == query.limit()) {
                return found;
            }
            rest = query.after(stored.getLast().begin().id());
        }
    }

    /// Tells what became of a transaction. After its deadline, or if nobody remembers it, asking decides it: then
    /// it is aborted.
    ///
    /// @return empty when it is so old that it may have been over, and forgotten, or when its branch may
    ///         have committed it and the record is lost: nothing is decided then
    public Optional<OutcomeReply> outcome(TransactionId id) {
        return outcomes.of(id);
    }

    /// Tells a participant what became of its branch: COMMITTED only if the decision sealed this very branch. However
    /// old it is: what a branch still holds, no coordinator has forgotten.
    public OutcomeReply outcome(BranchId branch) {
        return outcomes.of(branch);
    }

    /// Tells a participant what became of its branch under three-phase commit, and stands for election when
    /// nobody knows and its time is up; also while the coordinators' database is away.
    ///
    /// @param electorate every branch of its attempt with its service
    /// @return empty for a transaction under another protocol
    public Optional<TerminateReply> terminate(BranchId branch, SortedMap<String, String> electorate) {
        if (closing) {
            return Optional.of(new TerminateReply(null, RETRY_AFTER.toMillis()));
        }
        return terminations.ask(branch, electorate).map(answer -> switch (answer) {
            case ThreePhaseInquiry.Answer.Decided(var outcome) -> new TerminateReply(DecidedOutcome.of(outcome), null);
            case ThreePhaseInquiry.Answer.Undecided(var askAgainIn) ->
                new TerminateReply(null, Math.max(1, askAgainIn.toMillis()));
            case ThreePhaseInquiry.Answer.Terminate _ -> throw new IllegalStateException("not started: " + branch);
        });
    }

    // ---- being looked after

    /// How hard this coordinator tries to finish a transaction; absent where it does not drive it.
    public Optional<Pursuit> pursuitOf(TransactionId id) {
        return Optional.ofNullable(live.get(id)).map(Drive::pursuit);
    }

    /// Tries at once whatever a transaction waits for; answers whether it is driven here.
    public boolean retryNow(TransactionId id) {
        var driver = live.get(id);
        if (driver != null) {
            driver.retryNow();
        }
        return driver != null;
    }

    /// Hears of a saga's step that is over, from its service; answers whether it is driven here. Who drives it
    /// elsewhere asks the step now and then, and gets to know as well.
    ///
    /// @param refusal why it could not be done, if so
    public boolean report(BranchId step, Optional<Refusal> refusal) {
        if (live.get(step.transaction()) instanceof SagaDriver saga
                && saga.begin().attempt().equals(step.attempt())) {
            saga.reported(step.name(), refusal);
            return true;
        }
        return false;
    }

    /// Tells a branch that no transaction accounts for what the register says of it, see [#outcome(BranchId)].
    ///
    /// @param how in which words
    /// @return what its service made of it; absent when it does not say
    public Optional<FinishReply.Finished> finish(String service, BranchId branch, Finish how) {
        var outcome = terminations.outcomeOf(branch);
        var answer = outcome.isPresent()
                ? participants.tell(
                        service, Finish.ofPrepared(outcome.get().decisionFor(branch)), Map.of(branch, outcome.get()))
                : participants.finish(service, how, List.of(branch));
        return switch (answer) {
            case FinishAnswer.Answered(var results) ->
                results.stream()
                        .findFirst()
                        .map(one -> new FinishReply.Finished(one.gid(), one.result(), one.detail()));
            case FinishAnswer.Unanswered _ -> Optional.empty();
        };
    }

    /// Leaves these services in peace, and no others: nothing new takes them in, nothing is told to them.
    public void pause(Set<String> services) {
        if (!paused.equals(services)) {
            LOG.info("paused services: {}", services);
            paused = Set.copyOf(services);
            teller.pause(paused);
        }
    }

    public Set<String> pausedServices() {
        return paused;
    }

    // ---- taking over

    /// Takes on transactions whose coordinator is not alive; answers how many.
    public int takeOver(int limit) {
        return takeOver(false, limit);
    }

    /// The same, only for what an earlier life of this node left.
    public int takeOverFromPredecessors(int limit) {
        return takeOver(true, limit);
    }

    private int takeOver(boolean predecessors, int limit) {
        if (closing || live.size() + limit > settings.maxUnfinished()) {
            return 0;
        }
        return adopt(store.claim(self, predecessors, limit));
    }

    /// Takes on transactions that the store says are driven here, and that are not. There are none, unless the
    /// database forgot an end record in a crash, or stored a begin record without saying so.
    public int takeUpStrays(Duration age, int limit) {
        var before = around.clock().instant().minus(age);
        var strays = store.unfinishedOf(self, before, live.size() + limit).stream()
                .filter(id -> !live.containsKey(id))
                .limit(limit)
                .toList();
        return strays.isEmpty() ? 0 : adopt(store.reclaim(self, strays));
    }

    private int adopt(List<StoredTransaction> claimed) {
        int adopted = 0;
        for (var stored : claimed) {
            var driver = drives.adopted(stored);
            var here = live.putIfAbsent(stored.begin().id(), driver);
            if (here == null) {
                driver.takeOver();
                around.crashPoints().hit(CrashPoint.C11_TAKEN_OVER);
                adopted++;
            } else if (here.begin().attempt().equals(stored.begin().attempt())) {
                here.ownsIn(stored.begin().epoch()); // lost it while asleep, and has it back
            }
        }
        if (adopted > 0) {
            LOG.info("took over {} transactions", adopted);
            listener.takenOver(adopted);
        }
        return adopted;
    }

    /// Forgets what was over before a time; answers how many transactions.
    public int purge(Instant before, int limit) {
        return store.purge(before, limit);
    }

    // ---- watching

    /// Transactions under way here without a decision.
    public int undecided() {
        return undecided.get();
    }

    /// The same under one protocol: those of which this coordinator does not know how they will come out.
    public int inDoubt(CommitProtocol protocol) {
        return Math.toIntExact(live.values().stream()
                .filter(drive -> drive.begin().protocol() == protocol && drive.decision() == null)
                .count());
    }

    /// Transactions under way here, those included whose branches have not all confirmed.
    public int unfinished() {
        return live.size();
    }

    /// Sagas under way here that wait for a person.
    public int stuck() {
        return Math.toIntExact(live.values().stream()
                .filter(drive -> drive instanceof SagaDriver saga && saga.isStuck())
                .count());
    }

    /// What is unfinished, over all coordinators.
    public Backlog backlog() {
        return store.backlog();
    }

    /// Whether the database answers.
    public boolean storeAnswers() {
        return store.answers();
    }

    // ---- closing

    /// Begins nothing any more, and waits so long for what is under way.
    ///
    /// @return whether all of it is finished
    public boolean drain(Duration patience) {
        closing = true;
        long until = around.nanoTime().getAsLong() + patience.toNanos();
        while (!live.values().stream().allMatch(Drive::waitsForOthers)
                && around.nanoTime().getAsLong() - until < 0) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return live.isEmpty();
    }

    /// Stops driving; what is not finished is left to others.
    @Override
    public void close() {
        closing = true;
        teller.close();
        questions.close();
        timers.shutdownNow();
        store.close();
    }

    /// As a crash would.
    void abandon() {
        close();
        live.clear();
    }

    @Nullable
    Drive driveOf(TransactionId id) {
        return live.get(id);
    }
}
