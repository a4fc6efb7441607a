package io.covenant.coordinator.operation;

import java.time.Instant;

/// A service that is left in peace, by whom and why.
record PausedService(String service, String operator, String reason, Instant since) {}
