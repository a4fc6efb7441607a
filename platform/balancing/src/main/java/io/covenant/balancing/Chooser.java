package io.covenant.balancing;

import org.jspecify.annotations.Nullable;

/// A policy at work on a group of members.
interface Chooser {

    /// Chooses a member and begins the request there.
    ///
    /// @return `null` when all were tried
    @Nullable
    Member choose(Criteria criteria, long now, @Nullable Trace trace);

    Group group();
}
