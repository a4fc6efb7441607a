package io.covenant.transactions.participant;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Tells the fix instead of a stack trace.
final class ParticipantMisconfiguredAnalyzer extends AbstractFailureAnalyzer<ParticipantMisconfiguredException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ParticipantMisconfiguredException cause) {
        return new FailureAnalysis(cause.problem(), cause.fix(), cause);
    }
}
