package io.covenant.locks.client;

import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.LockProblemCode;

/// The service refused, by a rule that [#problem] names. Nothing was changed.
public final class LockRefusedException extends LockException {

    private final transient LockProblem problem;

    LockRefusedException(String what, LockProblem problem) {
        super("%s: refused, %s (%s)".formatted(what, problem.code(), problem.detail()), null);
        this.problem = problem;
    }

    public LockProblem problem() {
        return problem;
    }

    /// Whether waiting on would have been for ever; [LockProblem#cycle] tells who waits for whom.
    public boolean deadlock() {
        return problem.is(LockProblemCode.DEADLOCK);
    }
}
