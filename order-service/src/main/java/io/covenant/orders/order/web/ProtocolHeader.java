package io.covenant.orders.order.web;

import io.covenant.transactions.initiator.CommitProtocol;
import io.covenant.web.problem.Problem;
import org.jspecify.annotations.Nullable;

/// Reads the header `X-Commit-Protocol`.
final class ProtocolHeader {

    private ProtocolHeader() {}

    /// @throws io.covenant.web.problem.ProblemException 400, naming the header and what it may hold
    static @Nullable CommitProtocol read(@Nullable String given) {
        return given == null
                ? null
                : CommitProtocol.of(given.strip())
                        .orElseThrow(() -> Problem.ofField("header-invalid", CommitProtocol.HEADER, CommitProtocol.RULE)
                                .asException());
    }
}
