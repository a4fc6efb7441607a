package io.covenant.locks.namespace;

/// What happened at a log index. Everything of one index belongs together: who resumes after an index has
/// seen all of it.
public sealed interface Event {

    long index();

    /// Whose stream it belongs to; 0 for none.
    long session();

    /// By which it is watched; empty for none.
    String name();

    /// A name is held. With the mode LEADER: the new leader.
    record Granted(long index, long session, long seq, String name, Mode mode, long token) implements Event {}

    /// A request that waited has its last answer.
    record Settled(long index, long session, long seq, Reply reply) implements Event {
        @Override
        public String name() {
            return "";
        }
    }

    /// A name is no longer held by this session; under a lock-delay, it is not free yet.
    record Released(long index, long session, String name, long token, Cause cause) implements Event {}

    /// Somebody began to wait for what this session holds alone.
    record Contended(long index, long session, String name, long token) implements Event {}

    record SessionOpened(long index, long session) implements Event {
        @Override
        public String name() {
            return "";
        }
    }

    record SessionEnded(long index, long session, Cause cause) implements Event {
        @Override
        public String name() {
            return "";
        }
    }

    /// @param acl the file's access list, the last one where it is gone
    record FileChanged(long index, String name, Change change, long generation, Acl acl) implements Event {
        @Override
        public long session() {
            return 0;
        }
    }

    enum Cause {
        RELEASED,
        CANCELLED,
        SESSION_CLOSED,
        SESSION_EXPIRED,
        /// A restore moved the log back: what the session was told since is lost.
        EPOCH_RAISED,
        FORCED
    }

    enum Change {
        CREATED,
        WRITTEN,
        DELETED,
        ACL
    }
}
