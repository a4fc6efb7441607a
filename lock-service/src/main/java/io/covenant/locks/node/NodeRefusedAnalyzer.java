package io.covenant.locks.node;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Says what is wrong with a node's configuration, without a stack trace.
final class NodeRefusedAnalyzer extends AbstractFailureAnalyzer<NodeRefusedException> {

    @Override
    protected FailureAnalysis analyze(Throwable root, NodeRefusedException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
    }
}
