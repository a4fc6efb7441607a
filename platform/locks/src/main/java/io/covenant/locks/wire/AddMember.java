package io.covenant.locks.wire;

/// Takes a node into the group.
///
/// @param peer host:port of its peer transport
/// @param api  base URI of its HTTP API
public record AddMember(String name, String peer, String api) {}
