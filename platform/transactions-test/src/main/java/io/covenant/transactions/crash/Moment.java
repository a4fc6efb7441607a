package io.covenant.transactions.crash;

import io.covenant.transactions.CrashPoint;
import java.util.Optional;

/// When a service dies.
///
/// @param point where; empty with [Phase#BETWEEN]
record Moment(String name, Phase phase, Optional<CrashPoint> point) {}
