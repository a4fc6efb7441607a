package io.covenant.transactions.crash;

import io.covenant.transactions.CrashPoint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a service can die with a branch that is prepared and then committed or rolled back.
public enum PreparedCrash {
    /// Only the barrier row is inserted.
    BARRIER_INSERTED(Phase.WORK, CrashPoint.C3_BARRIER_INSERTED),
    /// The service's method has returned.
    WORK_DONE(Phase.WORK, CrashPoint.C2_BRANCH_EXECUTED),
    /// All is flushed, `PREPARE TRANSACTION` comes next.
    BEFORE_PREPARE(Phase.WORK, CrashPoint.C4_BEFORE_PREPARE),
    /// It is prepared, and nobody has heard the vote.
    PREPARED(Phase.WORK, CrashPoint.C5_PREPARED),
    /// The vote is heard, the decision is not.
    BEFORE_DECISION(Phase.BETWEEN, null),
    /// It is committed, and nobody has heard that; of one that is rolled back, the same as before the decision.
    COMMITTED(Phase.END, CrashPoint.C9_COMMITTED_BEFORE_ACK);

    private final Phase phase;
    private final Optional<CrashPoint> point;

    PreparedCrash(Phase phase, @Nullable CrashPoint point) {
        this.phase = phase;
        this.point = Optional.ofNullable(point);
    }

    Moment moment() {
        return new Moment(name(), phase, point);
    }

    /// The same where it is rolled back, which no place is behind.
    Moment momentOfAbort() {
        return phase == Phase.END ? new Moment(name(), Phase.BETWEEN, Optional.empty()) : moment();
    }
}
