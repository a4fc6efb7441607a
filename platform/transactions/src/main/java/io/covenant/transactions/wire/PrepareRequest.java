package io.covenant.transactions.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Asks a participant to do a branch's work, to prepare it, and to vote.
///
/// @param gid            names the branch, see [io.covenant.transactions.BranchId#gid()]
/// @param operation      one of the operations that the service declares
/// @param deadlineMillis time left until the transaction aborts, counted from sending
/// @param payload        the operation's input
/// @param electorate     under three-phase commit: every branch of the attempt, this one included, with its service
/// @param paxos          under Paxos Commit: where the vote goes
/// @param <P>            a JSON tree, or the record it binds to
public record PrepareRequest<P>(
        String gid,
        String operation,
        long deadlineMillis,
        P payload,
        @Nullable Map<String, String> electorate,
        @Nullable PaxosPart paxos) {

    /// Under two-phase commit.
    public PrepareRequest(String gid, String operation, long deadlineMillis, P payload) {
        this(gid, operation, deadlineMillis, payload, null, null);
    }
}
