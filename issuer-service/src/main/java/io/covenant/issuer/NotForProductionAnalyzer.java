package io.covenant.issuer;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Tells the fix instead of a stack trace.
final class NotForProductionAnalyzer extends AbstractFailureAnalyzer<NotForProductionException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NotForProductionException cause) {
        return new FailureAnalysis(
                "The development issuer gives every role to whoever has its secret, and keeps its key in a file.",
                "Point covenant.security.issuer of every service at your OpenID Connect issuer, and do not start this one.",
                cause);
    }
}
