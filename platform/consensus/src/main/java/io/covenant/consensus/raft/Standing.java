package io.covenant.consensus.raft;

import org.jspecify.annotations.Nullable;

/// What only a node in a certain role knows; all of it volatile, gone with the role.
sealed interface Standing permits Following, Candidacy, Leadership {

    Role role();

    @Nullable
    NodeId leader();

    void tick();

    /// When the next tick is due, by the monotonic clock.
    long deadline();

    /// Draws the consequences of what has just been heard.
    void settle();
}
