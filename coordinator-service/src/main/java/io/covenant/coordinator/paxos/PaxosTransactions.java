package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.Pursuit;
import io.covenant.coordinator.transaction.QuorumTransactions;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.RunAnswer.Reason;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.PaxosAcceptor;
import io.covenant.transactions.paxoscommit.PaxosAttempts;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/// The door to transactions under Paxos Commit. Its methods may block, and are made for virtual threads.
public final class PaxosTransactions implements QuorumTransactions {

    /// How long after the deadline a client still waits for an answer that must be near.
    private static final Duration GRACE = Duration.ofMillis(500);

    /// How long an inquiry waits for a majority.
    private static final Patience LONGEST_INQUIRY = new Patience(Duration.ofMillis(1500));

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_PAUSE = Duration.ofSeconds(10);
    private static final Duration ASK_AGAIN = Duration.ofMillis(500);

    private final PaxosParts parts;
    private final Leaders leaders;
    private final Admission admission;
    private volatile boolean closing;

    PaxosTransactions(PaxosParts parts, Leaders leaders, Admission admission) {
        this.parts = parts;
        this.leaders = leaders;
        this.admission = admission;
    }

    // ---- running

    @Override
    public RunAnswer run(TransactionPlan plan) {
        var digest = plan.digest();
        var leader = leaders.of(plan.id());
        if (leader != null) {
            return await(leader, plan, digest, true);
        }
        if (parts.acceptor().state(plan.id()) instanceof PaxosAcceptor.State.Closed(var outcome, var _)) {
            return isOther(outcome, digest) ? new RunAnswer.OtherBody() : decided(plan.id(), true);
        }
        var refusal = refusal(plan);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var attempt = attempt(plan, digest);
        leader = leaders.begin(plan, attempt);
        return await(leader, plan, digest, false);
    }

    private Optional<RunAnswer> refusal(TransactionPlan plan) {
        if (closing) {
            return Optional.of(new RunAnswer.NotBegun(Reason.SHUTTING_DOWN, RETRY_AFTER));
        }
        var paused = parts.paused().get();
        if (plan.branches().stream().anyMatch(branch -> paused.contains(branch.service()))) {
            return Optional.of(new RunAnswer.NotBegun(Reason.SERVICE_PAUSED, RETRY_AFTER_PAUSE));
        }
        if (admission.standing() == Admission.Standing.FOUNDING) {
            return Optional.of(new RunAnswer.NotBegun(Reason.GROUP_NOT_FOUNDED, RETRY_AFTER));
        }
        if (leaders.all().size() >= parts.transactions().maxUndecided()
                || parts.acceptor().size() > 2 * parts.settings().remembered()) {
            return Optional.of(new RunAnswer.NotBegun(Reason.TOO_MANY_TRANSACTIONS, RETRY_AFTER));
        }
        return Optional.empty();
    }

    private Plan attempt(TransactionPlan plan, String digest) {
        var attempt = PaxosAttempts.of(parts.random().nextLong(), digest);
        var services = new TreeMap<BranchId, String>();
        plan.branches()
                .forEach(branch -> services.put(new BranchId(plan.id(), attempt, branch.name()), branch.service()));
        return new Plan(services);
    }

    private RunAnswer await(Leader leader, TransactionPlan plan, String digest, boolean replayed) {
        if (leader.digest().filter(known -> !known.equals(digest)).isPresent()) {
            return new RunAnswer.OtherBody();
        }
        var began = parts.nanoTime().getAsLong();
        var patience = leader.digest().isPresent() ? leader.timeLeft() : plan.deadline();
        var resolution = new Patience(patience.plus(GRACE)).await(leader.resolution());
        if (resolution.isEmpty()) {
            return new RunAnswer.Undecided(leader.view());
        }
        return switch (resolution.get()) {
            case Leader.Resolution.Forgotten _ -> new RunAnswer.Forgotten();
            case Leader.Resolution.Decided(var outcome) when isOther(outcome, digest) -> new RunAnswer.OtherBody();
            case Leader.Resolution.Decided(var outcome) -> {
                var left = patience.minusNanos(parts.nanoTime().getAsLong() - began);
                var rollback = parts.transactions().rollbackPatience();
                boolean aborts = outcome.decision() == Decision.ABORT;
                var _ = new Patience(aborts && rollback.compareTo(left) < 0 ? rollback : left).await(leader.finished());
                yield new RunAnswer.Decided(leader.view(), replayed);
            }
        };
    }

    /// Whether this outcome is that of a request with another body.
    private static boolean isOther(Outcome outcome, String digest) {
        return outcome.plan()
                .map(plan -> !PaxosAttempts.isOf(plan.attempt(), digest))
                .orElse(false);
    }

    private RunAnswer decided(TransactionId id, boolean replayed) {
        return find(id).<RunAnswer>map(view -> new RunAnswer.Decided(view, replayed))
                .orElseGet(RunAnswer.Forgotten::new);
    }

    /// Of two views of one transaction the one that is further; of two that are as far, the longer story.
    private static final Comparator<TransactionResource> FULLEST = Comparator.comparingInt(
                    (TransactionResource view) -> view.finishedAt() == null ? 0 : 1)
            .thenComparingInt(view -> view.outcome() == null ? 0 : 1)
            .thenComparingInt(view -> view.timeline().size());

    // ---- asking

    @Override
    public boolean takesPart() {
        return admission.standing() == Admission.Standing.ADMITTED;
    }

    /// Who leads it, or has led it, knows more than an acceptor.
    @Override
    public Optional<TransactionResource> find(TransactionId id) {
        if (!isNamedByTime(id)) {
            return Optional.empty();
        }
        var here = leaders.view(id);
        if (here.isPresent()) {
            return here;
        }
        return Views.of(id, parts.acceptor().state(id))
                .map(known -> parts.peers().shown(id).stream()
                        .max(FULLEST)
                        .filter(shown -> known.outcome() == null || shown.outcome() != null)
                        .orElse(known));
    }

    @Override
    public boolean knows(TransactionId id) {
        return isNamedByTime(id)
                && (leaders.view(id).isPresent()
                        || Views.of(id, parts.acceptor().state(id)).isPresent());
    }

    @Override
    public List<TransactionResource> recent() {
        var views = new LinkedHashMap<UUID, TransactionResource>();
        Stream.of(unfinishedHere(), parts.peers().recent(), leaders.views())
                .flatMap(List::stream)
                .forEach(view -> views.merge(view.id(), view, BinaryOperator.maxBy(FULLEST)));
        return List.copyOf(views.values());
    }

    private List<TransactionResource> unfinishedHere() {
        return parts.acceptor().unfinishedFor(Duration.ZERO, parts.settings().remembered()).stream()
                .flatMap(id -> Views.of(id, parts.acceptor().state(id)).stream())
                .toList();
    }

    @Override
    public int inDoubt() {
        return Math.toIntExact(leaders.all().stream()
                .filter(leader -> !leader.resolution().isDone())
                .count());
    }

    @Override
    public Inquiry outcome(BranchId branch) {
        return inquire(branch.transaction(), outcome -> outcome.of(branch));
    }

    @Override
    public Inquiry outcome(TransactionId id) {
        return isNamedByTime(id)
                ? inquire(id, Outcome::decision)
                : new Inquiry.Decided(Decision.ABORT, false); // it can never have been begun
    }

    private interface Reading {
        Decision of(Outcome outcome);
    }

    private Inquiry inquire(TransactionId id, Reading reading) {
        if (parts.acceptor().state(id) instanceof PaxosAcceptor.State.Closed(var outcome, var _)) {
            return decided(outcome, reading);
        }
        var leader = leaders.of(id);
        if (leader == null) {
            if (!parts.peers().led(List.of(id)).isEmpty()) {
                return new Inquiry.Undecided(ASK_AGAIN);
            }
            leader = leaders.takeOver(id);
        }
        var resolved = LONGEST_INQUIRY.await(leader.resolution());
        if (resolved.isPresent()) {
            parts.crashPoints().hit(CrashPoint.C13_INQUIRY_DECIDED);
        }
        return resolved.<Inquiry>map(resolution -> switch (resolution) {
                    case Leader.Resolution.Decided(var outcome) -> decided(outcome, reading);
                    case Leader.Resolution.Forgotten _ -> new Inquiry.Forgotten();
                })
                .orElseGet(() -> new Inquiry.Undecided(ASK_AGAIN));
    }

    private static Inquiry decided(Outcome outcome, Reading reading) {
        return new Inquiry.Decided(reading.of(outcome), outcome.plan().isPresent());
    }

    /// Whether such an id can be one of ours at all.
    private static boolean isNamedByTime(TransactionId id) {
        return AcceptorLedger.takes(id);
    }

    // ---- being looked after

    @Override
    public Optional<Pursuit> pursuitOf(TransactionId id) {
        return Optional.ofNullable(leaders.of(id)).map(Leader::pursuit);
    }

    @Override
    public boolean retryNow(TransactionId id) {
        var leader = leaders.of(id);
        if (leader != null) {
            leader.retryNow();
            return true;
        }
        boolean left = isLeft(id);
        if (left) {
            leaders.takeOver(id);
        }
        return left;
    }

    @Override
    public boolean settle(TransactionId id, Map<String, Heuristic> words) {
        if (!isLeft(id)) {
            return false;
        }
        var leader = leaders.takeOver(id, words);
        var _ = LONGEST_INQUIRY.await(leader.finished());
        return true;
    }

    /// Whether this acceptor knows of something that is to be done.
    private boolean isLeft(TransactionId id) {
        return isNamedByTime(id)
                && switch (parts.acceptor().state(id)) {
                    case PaxosAcceptor.State.Open _ -> true;
                    case PaxosAcceptor.State.Closed(var _, var ended) -> !ended;
                    case PaxosAcceptor.State.Blank _, PaxosAcceptor.State.Dropped _ -> false;
                };
    }

    /// Begins nothing any more, and waits so long for what is under way; others finish the rest.
    void drain(Duration patience) {
        closing = true;
        long until = parts.nanoTime().getAsLong() + patience.toNanos();
        while (!leaders.all().isEmpty() && parts.nanoTime().getAsLong() - until < 0) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
