package io.covenant.launcher.node;

import java.util.Locale;

/// How a node is.
public enum NodeState {
    /// It was never started or was stopped on purpose.
    STOPPED,
    /// It was started, and its process is gone without anybody having asked for that through `down`.
    DEAD,
    /// Its process is suspended.
    PAUSED,
    /// Its process runs and is not ready: it starts, or misses something it needs.
    NOT_READY,
    /// It is ready.
    HEALTHY;

    /// Whether a process exists.
    public boolean isAlive() {
        return switch (this) {
            case STOPPED, DEAD -> false;
            case PAUSED, NOT_READY, HEALTHY -> true;
        };
    }

    /// The word people read.
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
