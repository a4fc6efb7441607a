package io.covenant.web.database;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Tells the fix instead of a stack trace.
final class DatabaseAwayAnalyzer extends AbstractFailureAnalyzer<DatabaseAwayException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DatabaseAwayException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.fix(), cause);
    }
}
