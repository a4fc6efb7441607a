package io.covenant.transactions.crash;

import io.covenant.transactions.CrashPoint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a service can die with a branch that commits by itself: a reservation that is then confirmed or
/// cancelled, or a step of a saga that is then compensated.
public enum LocalCrash {
    /// Of the try or the action: only the barrier row is inserted.
    BARRIER_INSERTED(Phase.WORK, CrashPoint.C3_BARRIER_INSERTED),
    /// Of the try or the action: the service's method has returned.
    WORK_DONE(Phase.WORK, CrashPoint.C2_BRANCH_EXECUTED),
    /// The try or the action is committed, and nobody has heard that.
    WORK_COMMITTED(Phase.WORK, CrashPoint.C9_COMMITTED_BEFORE_ACK),
    /// The answer is heard, and what comes next is not asked.
    BETWEEN(Phase.BETWEEN, null),
    /// Of the confirmation, cancellation or compensation: only its row is inserted.
    END_BARRIER_INSERTED(Phase.END, CrashPoint.C3_BARRIER_INSERTED),
    /// Of the confirmation, cancellation or compensation: the service's method has returned.
    END_WORK_DONE(Phase.END, CrashPoint.C2_BRANCH_EXECUTED),
    /// The confirmation, cancellation or compensation is committed, and nobody has heard that.
    END_COMMITTED(Phase.END, CrashPoint.C9_COMMITTED_BEFORE_ACK);

    private final Phase phase;
    private final Optional<CrashPoint> point;

    LocalCrash(Phase phase, @Nullable CrashPoint point) {
        this.phase = phase;
        this.point = Optional.ofNullable(point);
    }

    Moment moment() {
        return new Moment(name(), phase, point);
    }
}
