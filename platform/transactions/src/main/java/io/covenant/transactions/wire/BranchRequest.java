package io.covenant.transactions.wire;

import org.jspecify.annotations.Nullable;

/// One branch of a transaction that is to be run.
///
/// @param name      tells the branches of a transaction apart; the service's name when absent
/// @param service   who does it, by name
/// @param operation what it does, one of the operations that the service declares
/// @param payload   the operation's input
public record BranchRequest<P>(@Nullable String name, String service, String operation, P payload) {}
