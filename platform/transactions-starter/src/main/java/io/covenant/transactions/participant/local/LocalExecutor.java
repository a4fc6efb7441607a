package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchMemory;
import io.covenant.transactions.participant.BranchWork;
import io.covenant.transactions.participant.OutcomeInquirer;
import io.covenant.transactions.participant.PreparableTransactions;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaParticipant.Input;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.TryAnswer;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reserves and settles, takes steps and compensates them: the participants of *try, confirm, cancel* and of sagas over
/// one PostgreSQL database.
///
/// It needs no Spring context. All that lasts is in the database, so that any number of executors over the same
/// database, in any number of processes, answer each other's branches. Thread-safe.
public final class LocalExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(LocalExecutor.class);

    private static final OutcomeInquirer NOBODY = _ -> new OutcomeInquirer.Answer.Silent("nobody is asked");

    private final Surroundings around;

    /// @param transactions begins and commits the transactions of the branches
    /// @param beside       the same database, for what is written outside of any branch
    public LocalExecutor(
            PreparableTransactions transactions,
            DataSource beside,
            LocalLimits limits,
            BranchMemory memory,
            CrashPoints crashPoints,
            LocalMetrics metrics) {
        this.around = new Surroundings(transactions, beside, limits, memory, crashPoints, metrics);
    }

    Surroundings around() {
        return around;
    }

    /// Reserves, durably.
    ///
    /// @param timeLeft until the transaction is cancelled
    public LocalAnswer<TryAnswer> reserve(BranchId branch, String operation, Duration timeLeft, TryWork work) {
        long began = System.nanoTime();
        try (var call = TccCall.trying(Branch.of(branch, operation, timeLeft), work, around)) {
            var answer = call.reserve();
            around.metrics().tried(operation, answer, System.nanoTime() - began);
            LOG.debug("{} try {}: {}", branch, operation, answer);
            return answer;
        }
    }

    /// Confirms or cancels what any executor has reserved, and says so only with evidence.
    public LocalAnswer<Settlement> settle(BranchId branch, Decision decision, SettlingWork work) {
        long began = System.nanoTime();
        try (var call = TccCall.settling(branch, work, NOBODY, around)) {
            var answer = call.settle(decision);
            around.metrics().settled(decision, answer, System.nanoTime() - began);
            LOG.debug("{} {}: {}", branch, decision, answer);
            return answer;
        }
    }

    /// Asks what becomes of something that was reserved for long enough, and does it.
    LocalAnswer<Settlement> heldLongEnough(BranchId branch, OutcomeInquirer coordinators, SettlingWork work) {
        try (var call = TccCall.settling(branch, work, coordinators, around)) {
            return call.heldLongEnough();
        }
    }

    /// Takes a step of a saga.
    ///
    /// @param reports whether the work only begins it; see [StepReports]
    public LocalAnswer<SagaAnswer> act(BranchId step, String operation, boolean reports, BranchWork work) {
        return step(step, operation, reports, work, new Input.ActAsked(), "act");
    }

    /// Compensates a step, or keeps it from ever being taken.
    public LocalAnswer<SagaAnswer> undo(BranchId step, String operation, BranchWork work) {
        return step(step, operation, false, work, new Input.UndoAsked(), "undo");
    }

    /// Finds out whether a step was taken, and keeps it from being taken if not.
    public LocalAnswer<SagaAnswer> fence(BranchId step, String operation) {
        return step(step, operation, false, _ -> {}, new Input.FenceAsked(), "fence");
    }

    private LocalAnswer<SagaAnswer> step(
            BranchId step, String operation, boolean reports, BranchWork work, Input input, String ask) {
        long began = System.nanoTime();
        var branch = Branch.of(step, operation, around.limits().work());
        try (var call = new StepCall(branch, reports, work, around)) {
            var answer = call.run(input);
            around.metrics().asked(ask, operation, answer, System.nanoTime() - began);
            LOG.debug("{} {} {}: {}", step, ask, operation, answer);
            return answer;
        }
    }
}
