package io.covenant.locks.client;

import io.covenant.locks.session.SessionState;

/// A session of a client changed its state.
///
/// @param session its id; 0 when it never had one
public record SessionChange(long session, SessionState from, SessionState to, String why) {}
