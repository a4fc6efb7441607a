package io.covenant.transactions.participant;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.onephase.OnePhaseParticipant;
import io.covenant.transactions.paxoscommit.PaxosParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import io.covenant.transactions.twophase.TwoPhaseParticipant.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One decision told to one branch: each effect of the core is one method over JDBC, all on one connection.
final class FinishCall implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FinishCall.class);
    private static final TwoPhaseParticipant PROTOCOL = new TwoPhaseParticipant();
    private static final PaxosParticipant RELEASING = new PaxosParticipant();
    private static final OnePhaseParticipant SETTLING = new OnePhaseParticipant();

    private final BranchId branch;
    private Decision decision;
    private final DataSource database;
    private final BranchLimits limits;
    private final CrashPoints crashPoints;
    private final BranchMetrics metrics;
    private final Consumer<BranchId> cancel;

    private @Nullable Connection connection;
    private boolean flipped;
    private int finishesLeft;
    private String reason = "the database did not answer";
    private Evidence found = Evidence.NONE;

    FinishCall(
            BranchId branch,
            Decision decision,
            DataSource database,
            BranchLimits limits,
            CrashPoints crashPoints,
            BranchMetrics metrics,
            Consumer<BranchId> cancel) {
        this.branch = branch;
        this.decision = decision;
        this.database = database;
        this.limits = limits;
        this.crashPoints = crashPoints;
        this.metrics = metrics;
        this.cancel = cancel;
        this.finishesLeft = limits.fenceAttempts();
    }

    FinishAnswer run() {
        State state = new State.Idle();
        Input input = new Input.Told(decision);
        while (true) {
            var step = PROTOCOL.on(state, input);
            state = step.next();
            switch (step.effects().getFirst()) {
                case Effect.Confirm(var ack) -> {
                    return confirm(ack);
                }
                case Effect.AskAgain _ -> {
                    return unknown();
                }
                case Effect.Finish _, Effect.Look _, Effect.Fence _, Effect.Work _, Effect.Prepare _, Effect.Cast _ ->
                    input = perform(step.effects().getFirst());
            }
        }
    }

    /// Nobody remembers the transaction any more: what is still prepared of it is rolled back, and where nothing is,
    /// nothing is reported.
    FinishAnswer release() {
        var step = PaxosParticipant.release();
        while (!step.effects().isEmpty()) {
            switch (step.effects().getFirst()) {
                case Effect.Confirm(var ack) -> {
                    return confirm(ack);
                }
                case Effect.AskAgain _ -> {
                    return unknown();
                }
                case Effect effect -> step = RELEASING.on(step.next(), perform(effect));
            }
        }
        return new FinishAnswer.Unknown("nothing of it is prepared any more");
    }

    /// Tells what became of a branch that commits in one phase, once nothing can change that any more.
    FinishAnswer settle() {
        var step = OnePhaseParticipant.settle();
        while (true) {
            switch (step.effects().getFirst()) {
                case Effect.Confirm(var ack) -> {
                    return confirm(ack);
                }
                case Effect.Cast _ -> {
                    return new FinishAnswer.Committed();
                }
                case Effect.AskAgain _ -> {
                    return unknown();
                }
                case Effect effect -> step = SETTLING.on(step.next(), perform(effect));
            }
        }
    }

    /// What the branch hears once this has been tried, whichever protocol asks for it.
    Input perform(Effect effect) {
        return switch (effect) {
            case Effect.Finish(var decided) -> finish(decided);
            case Effect.Look _ -> look();
            case Effect.Fence _ -> fence();
            case Effect.Work _, Effect.Prepare _, Effect.Cast _, Effect.Confirm _, Effect.AskAgain _ ->
                throw new IllegalStateException("not part of a decision: " + effect);
        };
    }

    FinishAnswer unknown() {
        return new FinishAnswer.Unknown(reason);
    }

    private Input finish(Decision decided) {
        decision = decided;
        if (decided == Decision.ABORT) {
            cancel.accept(branch);
        }
        if (finishesLeft-- == 0) {
            reason = "the branch is prepared again and again";
            return new Input.Lost();
        }
        var command = switch (decided) {
            case COMMIT -> "COMMIT PREPARED '";
            case ABORT -> "ROLLBACK PREPARED '";
        };
        try (var statement = connection().createStatement()) {
            // A gid has no character that needs quoting.
            statement.execute(command + branch.gid() + "'");
        } catch (SQLException e) {
            return SqlFailure.hasState(e, SqlFailure.UNDEFINED_OBJECT) ? new Input.NothingPrepared() : lost(e);
        }
        if (decided == Decision.COMMIT) {
            crashPoints.hit(CrashPoint.C9_COMMITTED_BEFORE_ACK);
        }
        return new Input.PreparedFinished();
    }

    /// Nothing is prepared any more: had it committed, the row would be visible by now.
    private Input look() {
        try {
            found = BranchEvidence.look(connection(), branch);
            return new Input.Found(found);
        } catch (SQLException e) {
            return lost(e);
        }
    }

    /// Waits, but not for long, for a branch that is being worked on; here that work is cancelled.
    private Input fence() {
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    if (BranchEvidence.fence(connection(), branch, limits.fenceLockTimeout())) {
                        return new Input.Fenced();
                    }
                    found = BranchEvidence.look(connection(), branch);
                    return new Input.Found(found);
                } catch (SQLException e) {
                    if (!SqlFailure.hasState(e, SqlFailure.LOCK_NOT_AVAILABLE)) {
                        throw e;
                    }
                }
                if (BranchEvidence.isPrepared(connection(), branch)) {
                    return new Input.Found(Evidence.PREPARED);
                }
                cancel.accept(branch);
                if (attempt >= limits.fenceAttempts()) {
                    reason = "the branch is still being worked on";
                    return new Input.Found(Evidence.RUNNING);
                }
            }
        } catch (SQLException e) {
            return lost(e);
        }
    }

    FinishAnswer confirm(Ack ack) {
        return switch (ack) {
            case DONE -> new FinishAnswer.Done();
            case HAZARD -> hazard();
        };
    }

    private FinishAnswer hazard() {
        var detail = switch (found) {
            case WORK -> "it was to be rolled back and is committed: somebody finished it by hand";
            case FENCE -> "it was to be committed and was aborted before";
            case NONE, PREPARED, RUNNING ->
                "it was to be committed, and neither the prepared transaction nor its barrier row is there: "
                        + "lost, rolled back by hand, or committed so long ago that the row is purged";
        };
        try {
            if (BranchEvidence.recordHazard(connection(), branch, decision, detail)) {
                metrics.hazard();
                LOG.error("HAZARD {}: {}", branch, detail);
            }
        } catch (SQLException e) {
            LOG.error("HAZARD {}: {}; it could not be recorded", branch, detail, e);
        }
        return new FinishAnswer.Hazard(detail);
    }

    private Input lost(SQLException failure) {
        reason = String.valueOf(failure.getMessage());
        LOG.warn("{} {}: {}", decision, branch, reason);
        return new Input.Lost();
    }

    /// `COMMIT PREPARED` refuses to run inside a transaction.
    private Connection connection() throws SQLException {
        var mine = connection;
        if (mine == null) {
            mine = database.getConnection();
            connection = mine;
            if (!mine.getAutoCommit()) {
                mine.setAutoCommit(true);
                flipped = true;
            }
        }
        return mine;
    }

    @Override
    public void close() {
        try (var closing = connection) {
            if (closing != null && flipped) {
                closing.setAutoCommit(false);
            }
        } catch (SQLException e) {
            LOG.debug("closing the connection that finished {} failed", branch, e);
        }
    }
}
