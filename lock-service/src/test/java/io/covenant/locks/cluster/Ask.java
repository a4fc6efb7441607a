package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.primary.Answer;

/// What travels between clients and servers.
sealed interface Ask {

    /// @param patienceMillis as in [io.covenant.locks.primary.Input.Ask]
    record Perform(Command command, long patienceMillis) implements Ask {}

    record KeepAlive(long session, long ackUpTo) implements Ask {}

    record ReadFile(String path) implements Ask {}

    /// What servers say.
    sealed interface Said {

        /// @param server who says it
        record Told(String server, Answer answer) implements Said {}

        /// @param generation 0 when there is no such file
        record File(long generation, String content) implements Said {}
    }
}
