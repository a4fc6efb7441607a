package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.wire.SessionView;
import org.jspecify.annotations.Nullable;

/// What travels between clients and servers.
sealed interface Ask {

    /// @param patienceMillis as in [io.covenant.locks.primary.Input.Ask]
    record Perform(Command command, long patienceMillis) implements Ask {}

    record KeepAlive(long session, long ackUpTo) implements Ask {}

    record ReadFile(String path) implements Ask {}

    /// What does a session hold?
    record Inspect(long session) implements Ask {}

    /// What servers say.
    sealed interface Said {

        /// @param server who says it
        /// @param term   of that one
        record Told(String server, long term, Answer answer) implements Said {}

        /// @param view absent when there is no such session
        record Inspected(long term, @Nullable SessionView view) implements Said {}

        /// @param generation 0 when there is no such file
        record File(long generation, String content) implements Said {}
    }
}
