package io.covenant.locks.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Tells the fix instead of a stack trace.
final class LocksMisconfiguredAnalyzer extends AbstractFailureAnalyzer<LocksMisconfiguredException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, LocksMisconfiguredException cause) {
        return new FailureAnalysis(cause.problem(), cause.fix(), cause);
    }
}
