package io.covenant.transactions.wire;

/// Asks a participant about one step of a saga: to act, to undo, or not to act any more; the path says which.
///
/// @param gid       names the step, see [io.covenant.transactions.BranchId#gid()]
/// @param operation one of the steps that the service declares; to undo, one of its compensations
/// @param payload   the step's input, the same for action and compensation
/// @param <P>       a JSON tree, or the record it binds to
public record StepRequest<P>(String gid, String operation, P payload) {}
