package io.covenant.transactions.wire;

/// Asks the site of a branch to take part in an election, and to say where it stands.
public record ElectRequest(String gid, ElectionNumber election) {}
