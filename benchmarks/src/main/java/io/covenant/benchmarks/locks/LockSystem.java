package io.covenant.benchmarks.locks;

import java.util.SequencedMap;

/// A lock service with its servers running.
interface LockSystem extends AutoCloseable {

    String name();

    /// What it is, in a line.
    String description();

    Durability durability();

    /// Whether several may hold a lock together.
    boolean shares();

    /// Whether what a client holds hangs on a session that it keeps alive.
    boolean hasSessions();

    /// One more client, sharing with the others what its applications share.
    LockUser join(int number) throws Exception;

    /// One more client, with a session of its own if there are sessions.
    default LockUser joinAlone(int number) throws Exception {
        return join(number);
    }

    /// The servers.
    SequencedMap<String, ProcessHandle> servers();

    @Override
    void close();
}
