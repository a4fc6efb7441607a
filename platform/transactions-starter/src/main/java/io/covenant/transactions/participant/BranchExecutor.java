package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.ThreePhaseParticipant;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Effect;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.threephase.TimeOutRule;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import io.covenant.transactions.wire.SiteReply;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// Works on branches, prepares them, and finishes them: [io.covenant.transactions.twophase.TwoPhaseParticipant] over
/// one PostgreSQL database.
///
/// It needs no Spring context. All that lasts is in the database, so that any number of executors over the same
/// database, in any number of processes, finish each other's branches. Thread-safe.
public final class BranchExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(BranchExecutor.class);

    private final PreparableTransactions transactions;
    private final DataSource finishing;
    private final BranchLimits limits;
    private final CrashPoints crashPoints;
    private final BranchMetrics metrics;
    private final BranchSites sites;
    private final ThreePhaseParticipant threePhase;
    private final ParkedCallbacks parked = new ParkedCallbacks();
    private final ConcurrentMap<BranchId, BranchTransaction> running = new ConcurrentHashMap<>();

    /// @param transactions begins and prepares the transactions of the branches
    /// @param finishing    the same database, for the second phase; a pool of its own, or else work that
    ///                     waits for the locks of a prepared branch can keep all connections from its commit
    public BranchExecutor(
            PreparableTransactions transactions,
            DataSource finishing,
            BranchLimits limits,
            CrashPoints crashPoints,
            BranchMetrics metrics) {
        this(transactions, finishing, limits, crashPoints, metrics, TimeOutRule.ELECT);
    }

    /// @param timeOuts what a branch under three-phase commit does that hears no decision
    BranchExecutor(
            PreparableTransactions transactions,
            DataSource finishing,
            BranchLimits limits,
            CrashPoints crashPoints,
            BranchMetrics metrics,
            TimeOutRule timeOuts) {
        this.transactions = transactions;
        this.finishing = finishing;
        this.limits = limits;
        this.crashPoints = crashPoints;
        this.metrics = metrics;
        this.sites = new BranchSites(finishing, limits.lockTimeout());
        this.threePhase = new ThreePhaseParticipant(timeOuts);
        metrics.watchParked(parked::size);
    }

    /// An executor for plain JDBC, without metrics. The work finds its connection through Spring's
    /// [org.springframework.jdbc.datasource.DataSourceUtils], as `JdbcTemplate` and `JdbcClient` do.
    public static BranchExecutor over(DataSource working, DataSource finishing) {
        return new BranchExecutor(
                new PreparableDataSourceTransactionManager(working),
                finishing,
                BranchLimits.defaults(),
                CrashPoints.none(),
                BranchMetrics.none());
    }

    /// Does a branch's work, prepares it, and votes.
    ///
    /// @param operation what the work is called
    /// @param timeLeft  until the transaction aborts
    public PrepareAnswer prepare(BranchId branch, String operation, Duration timeLeft, BranchWork work) {
        return prepare(Branch.of(branch, operation, timeLeft), true, work, PrepareCall::run);
    }

    /// The same for work that only reads: it is not prepared, and PostgreSQL refuses its writes.
    public PrepareAnswer read(BranchId branch, String operation, Duration timeLeft, BranchWork work) {
        return prepare(Branch.of(branch, operation, timeLeft), false, work, PrepareCall::run);
    }

    /// The same under three-phase commit.
    ///
    /// @param writes     whether the work may write
    /// @param electorate every branch of the attempt, this one included, with its service
    public PrepareAnswer prepare(
            BranchId branch,
            String operation,
            Duration timeLeft,
            boolean writes,
            SortedMap<String, String> electorate,
            BranchWork work) {
        return prepare(Branch.of(branch, operation, timeLeft), writes, work, call -> {
            try (var conversation = SiteCall.prepare(threePhase, branch, sites, electorate, call::perform)) {
                var reply = conversation.run(new Input.PrepareAsked());
                var lost = conversation.reason();
                return switch (reply) {
                    case Effect.Cast(var vote) -> new PrepareAnswer.Voted(vote);
                    case Effect.AskAgain _ -> lost == null ? call.unsettled() : new PrepareAnswer.Unknown(lost);
                    default -> throw new IllegalStateException("no answer to a prepare: " + reply);
                };
            }
        });
    }

    /// The same under Paxos Commit. What only reads is prepared as well: a vote lasts, or it is none.
    ///
    /// @param again whether the branch has answered before
    PrepareAnswer prepare(BranchId branch, String operation, Duration timeLeft, boolean again, BranchWork work) {
        return prepare(
                Branch.of(branch, operation, timeLeft), true, work, again ? PrepareCall::runAgain : PrepareCall::run);
    }

    /// Does the work of the only branch of a transaction, and commits it at once: a yes says that it has committed.
    PrepareAnswer commitInOnePhase(BranchId branch, String operation, Duration timeLeft, BranchWork work) {
        return prepare(Branch.of(branch, operation, timeLeft), false, work, PrepareCall::runInOnePhase);
    }

    private PrepareAnswer prepare(
            Branch branch, boolean writes, BranchWork work, Function<PrepareCall, PrepareAnswer> protocol) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("a branch begins its own transaction, but the thread is in one already");
        }
        long began = System.nanoTime();
        var transaction = new BranchTransaction(branch, writes, crashPoints);
        if (running.putIfAbsent(branch.id(), transaction) != null) {
            return new PrepareAnswer.Ongoing();
        }
        PrepareAnswer answer;
        try {
            var call = new PrepareCall(transaction, work, transactions, finishing, limits, crashPoints);
            answer = transaction.call(() -> protocol.apply(call));
            if (!transaction.parked().isEmpty()) {
                parked.park(branch.id(), transaction.parked());
            }
        } finally {
            running.remove(branch.id(), transaction);
        }
        metrics.prepared(branch.operation(), answer, System.nanoTime() - began);
        LOG.debug("{} {}: {}", branch.id(), branch.operation(), answer);
        return answer;
    }

    /// Commits or rolls back a branch that was prepared by any executor, and says so only with evidence.
    public FinishAnswer finish(BranchId branch, Decision decision) {
        return finish(branch, decision, FinishCall::run);
    }

    /// The same under three-phase commit, where the branch's database learns what was decided on the whole attempt.
    public FinishAnswer finish(BranchId branch, Outcome outcome) {
        var mine = outcome.decisionFor(branch);
        return finish(branch, mine, call -> conclude(branch, call, new Input.Told(outcome, mine)));
    }

    /// Nobody told the decision for a while; empty where a coordinator has to be asked, with the electorate.
    Optional<FinishAnswer> timedOut(BranchId branch) {
        // What it decides alone, should it be told to, it says with its first effect.
        try (var call = finishCall(branch, Decision.ABORT);
                var conversation = SiteCall.finish(threePhase, branch, sites, call::perform)) {
            return switch (conversation.run(new Input.Asked(new Request.TimedOut()))) {
                case Effect.Inquire _ -> Optional.empty();
                case Effect effect -> Optional.of(finished(conversation, call, effect));
            };
        }
    }

    /// Has the site of a branch take part in an election or move, and answers what it says; empty when its database
    /// does not tell.
    public Optional<SiteReply> ask(BranchId branch, Request request) {
        try (var conversation = SiteCall.ask(threePhase, branch, sites)) {
            return switch (conversation.run(new Input.Asked(request))) {
                case Effect.Elected(var _, var standing) -> Optional.of(SiteReply.elected(standing));
                case Effect.Accepted _ -> {
                    crashPoints.hit(CrashPoint.C12_ACCEPTED);
                    yield Optional.of(SiteReply.accepted());
                }
                case Effect.Refused(var _, var standing) -> Optional.of(SiteReply.refused(standing));
                case Effect.AskAgain _ -> Optional.empty();
                case Effect other -> throw new IllegalStateException("no answer to a question: " + other);
            };
        }
    }

    /// The branches of its attempt with their services; empty where a branch is not under three-phase commit.
    Optional<SortedMap<String, String>> electorateOf(BranchId branch) {
        try {
            return sites.electorateOf(branch);
        } catch (SQLException e) {
            throw new DatabaseSilentException("the electorate could not be read", e);
        }
    }

    private FinishAnswer conclude(BranchId branch, FinishCall call, Input told) {
        try (var conversation = SiteCall.finish(threePhase, branch, sites, call::perform)) {
            return finished(conversation, call, conversation.run(told));
        }
    }

    private static FinishAnswer finished(SiteCall conversation, FinishCall call, Effect reply) {
        var lost = conversation.reason();
        return switch (reply) {
            case Effect.Confirm(var ack) -> call.confirm(ack);
            case Effect.AskAgain _ -> lost == null ? call.unknown() : new FinishAnswer.Unknown(lost);
            default -> throw new IllegalStateException("no answer to a decision: " + reply);
        };
    }

    /// A majority of the coordinators has forgotten the transaction of a branch: it had ended, or will never commit. A
    /// branch that is still prepared rolls back.
    FinishAnswer release(BranchId branch) {
        return finish(branch, Decision.ABORT, FinishCall::release);
    }

    /// What became of a branch that was to be committed in one phase: whether it has committed, or never will.
    FinishAnswer settle(BranchId branch) {
        return finish(branch, Decision.ABORT, FinishCall::settle);
    }

    private FinishCall finishCall(BranchId branch, Decision decision) {
        return new FinishCall(branch, decision, finishing, limits, crashPoints, metrics, this::cancel);
    }

    private FinishAnswer finish(BranchId branch, Decision decision, Function<FinishCall, FinishAnswer> protocol) {
        long began = System.nanoTime();
        FinishAnswer answer;
        try (var call = finishCall(branch, decision)) {
            answer = protocol.apply(call);
        }
        if (answer instanceof FinishAnswer.Done) {
            parked.release(branch, decision);
        }
        metrics.finished(decision, answer, System.nanoTime() - began);
        LOG.debug("{} {}: {}", branch, decision, answer);
        return answer;
    }

    /// Stops the work on a branch in this process.
    private void cancel(BranchId branch) {
        var transaction = running.get(branch);
        if (transaction != null) {
            transaction.cancel();
        }
    }

    /// Lets parked callbacks know what other instances have done with their branches.
    ///
    /// @param held what is still prepared
    void releaseFinishedElsewhere(Set<BranchId> held, Duration parkedFor) {
        for (var branch : parked.parkedFor(parkedFor.toNanos())) {
            if (held.contains(branch)) {
                continue;
            }
            try (var connection = finishing.getConnection()) {
                var committed = BranchEvidence.look(connection, branch) == Evidence.WORK;
                parked.release(branch, committed ? Decision.COMMIT : Decision.ABORT);
            } catch (SQLException e) {
                LOG.warn("the callbacks of {} wait on: {}", branch, e.getMessage());
            }
        }
    }
}
