package io.covenant.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Tells the fix instead of a stack trace.
final class SecurityMisconfiguredAnalyzer extends AbstractFailureAnalyzer<SecurityMisconfiguredException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SecurityMisconfiguredException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.fix(), cause);
    }
}
