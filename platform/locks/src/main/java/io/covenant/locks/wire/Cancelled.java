package io.covenant.locks.wire;

/// An acquire is undone.
///
/// @param undone what it had come to
public record Cancelled(Undone undone) {

    public enum Undone {
        /// It waited.
        WAITER,
        /// It was granted, and is released.
        GRANT,
        /// It has not come yet, and will have no effect.
        UNSEEN,
        /// It was over already.
        NOTHING
    }
}
