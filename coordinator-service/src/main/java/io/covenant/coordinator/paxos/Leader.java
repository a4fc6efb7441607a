package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Pursuit;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.PaxosCommit;
import io.covenant.transactions.paxoscommit.PaxosCommit.Effect;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.paxoscommit.PaxosCommit.State;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leads one transaction: the shell that does what the core asks for.
///
/// All that it knows is volatile. What lasts lies with the acceptors and the branches, and any other leader can go on
/// from there at any time.
final class Leader {

    private static final Logger LOG = LoggerFactory.getLogger(Leader.class);

    /// How it came out, for whoever waits.
    sealed interface Resolution {

        record Decided(Outcome outcome) implements Resolution {}

        /// A majority has forgotten it.
        record Forgotten() implements Resolution {}
    }

    private final TransactionId id;
    private final PaxosParts parts;
    private final PaxosCommit core;
    private final Leaders leaders;
    private final Account account;
    private final LedBranches branches;
    private final Optional<Plan> plan;
    private final Optional<String> digest;
    private final CompletableFuture<Resolution> resolution = new CompletableFuture<>();
    private final CompletableFuture<Decision> finished = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private final Queue<Input> inbox = new ArrayDeque<>();
    /// What it hears before it has begun waits.
    private boolean begun;
    private boolean stepping;
    private State state = new State.Gone();
    private Optional<Outcome> outcome = Optional.empty();
    private Duration pause;
    private long retryAt;
    private boolean over;

    /// Branches that were asked here, and are not part of what was decided.
    private final Set<BranchId> strays = new HashSet<>();

    private Runnable ending = () -> {};

    private Leader(
            TransactionId id,
            PaxosParts parts,
            PaxosCommit core,
            Leaders leaders,
            Calls calls,
            @Nullable TransactionPlan wanted,
            Optional<Plan> plan) {
        this.id = id;
        this.parts = parts;
        this.core = core;
        this.leaders = leaders;
        this.plan = plan;
        this.account = wanted == null ? Account.takenOver(id, parts) : Account.of(wanted, parts);
        this.branches = new LedBranches(
                parts,
                account,
                calls,
                this,
                wanted != null && wanted.inTurn(),
                wanted == null ? null : wanted.requestId());
        this.digest = Optional.ofNullable(wanted).map(TransactionPlan::digest);
        this.pause = parts.settings().firstRetry();
        if (wanted != null) {
            plan.ifPresent(attempt -> branches.plan(wanted, attempt));
        }
    }

    /// Of a transaction that a client wants to be run; [#begin] begins it.
    static Leader of(
            TransactionPlan wanted, Plan attempt, PaxosParts parts, PaxosCommit core, Leaders leaders, Calls calls) {
        return new Leader(wanted.id(), parts, core, leaders, calls, wanted, Optional.of(attempt));
    }

    /// Of a transaction that somebody left; [#takeOver] finishes it.
    static Leader of(TransactionId id, PaxosParts parts, PaxosCommit core, Leaders leaders, Calls calls) {
        return new Leader(id, parts, core, leaders, calls, null, Optional.empty());
    }

    TransactionId id() {
        return id;
    }

    /// Of the request that it was begun with here; empty after a take-over.
    Optional<String> digest() {
        return digest;
    }

    /// Completes when clients may hear it.
    CompletableFuture<Resolution> resolution() {
        return resolution;
    }

    /// Completes when every branch has confirmed.
    CompletableFuture<Decision> finished() {
        return finished;
    }

    // ---- its life

    void begin(Ballot ballot) {
        parts.crashPoints().hit(CrashPoint.C0_BEFORE_BEGIN);
        locked(() -> {
            account.note("begun", null, null);
            parts.listener().begun(CommitProtocol.PAXOS_COMMIT);
            parts.listener().changed(id, TransactionResource.State.VOTING);
            begun = true;
            take(core.begin(ballot, plan.orElseThrow()));
            drain();
        });
        parts.later(account.timeLeft(), this::expire);
        retryLater();
    }

    /// @param words what a person has said of branches that were not as decided, by name
    void takeOver(Ballot ballot, Map<String, Heuristic> words) {
        locked(() -> {
            account.note("taken-over", null, null);
            branches.settle(words);
            begun = true;
            take(core.takeOver(ballot));
            drain();
        });
        retryLater();
    }

    private void expire() {
        locked(() -> {
            if (outcome.isEmpty() && !over) {
                account.note("deadline-passed", null, null);
            }
            on(new Input.Expired());
        });
    }

    private void retryLater() {
        lock.lock();
        try {
            if (over) {
                return;
            }
            var next = parts.jittered(pause);
            retryAt = parts.nanoTime().getAsLong() + next.toNanos();
            var doubled = pause.multipliedBy(2);
            var longest = parts.settings().longestRetry();
            pause = doubled.compareTo(longest) < 0 ? doubled : longest;
            parts.later(next, () -> {
                on(new Input.Retry());
                retryLater();
            });
        } finally {
            lock.unlock();
        }
    }

    /// Tries at once whatever it waits for.
    void retryNow() {
        locked(branches::tryNow);
        on(new Input.Retry());
    }

    /// Runs this while nothing else happens to the transaction.
    void locked(Runnable task) {
        lock.lock();
        try {
            task.run();
        } finally {
            lock.unlock();
        }
    }

    /// Has the core hear something, after what it heard before.
    void on(Input input) {
        lock.lock();
        try {
            if (!over) {
                inbox.add(input);
                drain();
            }
        } finally {
            lock.unlock();
        }
    }

    private void drain() {
        if (stepping || !begun) {
            return;
        }
        stepping = true;
        try {
            for (var input = inbox.poll(); input != null && !over; input = inbox.poll()) {
                take(core.on(state, input));
            }
        } catch (RuntimeException e) {
            LOG.error("{} is stuck", id, e);
            throw e;
        } finally {
            stepping = false;
        }
    }

    private void take(Step<State, Effect> step) {
        var wasStepping = stepping;
        stepping = true;
        state = step.next();
        step.effects().forEach(this::perform);
        stepping = wasStepping;
        switch (state) {
            case State.Finished(var decided, var hazards) -> end(decided, !hazards.isEmpty());
            case State.Gone _ -> leave();
            case State.Claiming _, State.Voting _, State.Proposing _, State.Outbid _, State.Telling _ -> {}
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Ask(var acceptor, var request) -> leaders.ask(this, acceptor, request);
            case Effect.Prepare(var to, var ballot, var attempt) -> branches.prepare(to, ballot, attempt);
            case Effect.Tell(var to, var service, var decision) -> branches.tell(to, service, decision);
            case Effect.Answer(var decided) -> decided(decided);
            case Effect.GiveUp _ -> {} // answered when it is led no more
        }
    }

    /// The branch whose turn it is now.
    void prepareNext() {
        if (state instanceof State.Voting(var ballot, var attempt, var _)) {
            branches.all().stream()
                    .filter(branch -> !branch.isPrepared())
                    .findFirst()
                    .ifPresent(next -> branches.prepare(next.id, ballot, attempt));
        }
    }

    private void decided(Outcome decided) {
        outcome = Optional.of(decided);
        pause = parts.settings().firstRetry();
        decided.plan().ifPresent(this::adopt);
        account.decides(decided.decision());
        parts.listener().decided(CommitProtocol.PAXOS_COMMIT, decided.decision(), account.elapsed());
        if (decided.decision() == Decision.COMMIT) {
            parts.crashPoints().hit(CrashPoint.C7_DECISION_FORCED);
        }
        tellStrays(decided);
        resolution.complete(new Resolution.Decided(decided));
    }

    /// Of two attempts at one transaction the other may be the one that was decided.
    private void adopt(Plan attempt) {
        var number = attempt.attempt();
        if (plan.filter(own -> !own.attempt().equals(number)).isPresent()) {
            account.note("overtaken", null, "by " + number);
        }
        branches.adopt(attempt);
    }

    /// Where nobody's vote was found, or another attempt's, the core knows of no branch of this one. What is
    /// prepared of it aborts; it hears so at once, and need not ask when it has waited for long.
    private void tellStrays(Outcome decided) {
        branches.all().stream()
                .filter(branch -> branch.prepares > 0)
                .filter(branch -> decided.plan()
                        .filter(known -> known.services().containsKey(branch.id))
                        .isEmpty())
                .forEach(branch -> strays.add(branch.id));
        List.copyOf(branches.all()).stream()
                .filter(branch -> strays.contains(branch.id))
                .forEach(branch -> branches.tell(branch.id, branch.service, Decision.ABORT));
    }

    /// Whether this branch has still to confirm the decision.
    boolean awaits(BranchId branch) {
        return state instanceof State.Telling telling && telling.unacked().contains(branch);
    }

    /// A branch was told, whatever it answered.
    void told(BranchId branch) {
        if (strays.remove(branch) && strays.isEmpty()) {
            ending.run();
        }
    }

    private void end(Outcome decided, boolean hazard) {
        over = true;
        if (strays.isEmpty()) {
            ended(decided, hazard);
        } else {
            ending = () -> ended(decided, hazard);
        }
    }

    private void ended(Outcome decided, boolean hazard) {
        parts.crashPoints().hit(CrashPoint.C10_ALL_ACKED);
        decided.plan().ifPresent(attempt -> branches.end(attempt, decided.decision()));
        account.finishes();
        parts.listener().finished(CommitProtocol.PAXOS_COMMIT, decided.decision(), account.elapsed());
        parts.listener().changed(id, Views.state(state));
        leaders.over(this, hazard);
        finished.complete(decided.decision());
    }

    private void leave() {
        over = true;
        leaders.over(this, false);
        resolution.complete(new Resolution.Forgotten());
    }

    // ---- what is known

    /// What clients may hear.
    Optional<Outcome> outcome() {
        lock.lock();
        try {
            return outcome;
        } finally {
            lock.unlock();
        }
    }

    Duration timeLeft() {
        return account.timeLeft();
    }

    Pursuit pursuit() {
        lock.lock();
        try {
            var left = Duration.ofNanos(retryAt - parts.nanoTime().getAsLong());
            return new Pursuit(branches.tries(), left.isPositive() ? Optional.of(left) : Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    /// The transaction as it is at this moment.
    TransactionResource view() {
        lock.lock();
        try {
            var known = outcome.flatMap(Outcome::plan).or(() -> plan);
            var shown = branches.all().stream()
                    .filter(branch -> known.map(attempt -> attempt.services().containsKey(branch.id))
                            .orElse(true))
                    .toList();
            return account.view(
                    Views.state(state),
                    known.map(Plan::attempt).map(Attempt::toString).orElse(Views.UNKNOWN),
                    shown);
        } finally {
            lock.unlock();
        }
    }
}
