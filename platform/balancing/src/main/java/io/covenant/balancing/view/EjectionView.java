package io.covenant.balancing.view;

import java.time.Duration;

/// Why an instance gets nothing, and for how much longer.
public record EjectionView(String reason, String meaning, Duration ago, Duration left) {}
