package io.covenant.transactions.wire;

/// Asks a participant to reserve what a branch needs, durably, and to say for how long it holds it.
///
/// @param gid            names the branch, see [io.covenant.transactions.BranchId#gid()]
/// @param operation      one of the operations that the service declares a try for
/// @param deadlineMillis time left until the transaction is cancelled, counted from sending
/// @param payload        the operation's input
/// @param <P>            a JSON tree, or the record it binds to
public record TryRequest<P>(String gid, String operation, long deadlineMillis, P payload) {}
