package io.covenant.balancing.view;

/// Whether an instance gets requests, and if not, why.
public enum InstanceState {
    AVAILABLE,
    /// Available, and growing into its weight.
    WARMING,
    /// Its weight is 0.
    IDLE,
    DRAINING,
    /// Nobody listens there.
    GONE,
    /// By active probes.
    DOWN,
    EJECTED,
    /// Its ejection is over, and it gets one request at a time until one is good.
    ON_TRIAL
}
