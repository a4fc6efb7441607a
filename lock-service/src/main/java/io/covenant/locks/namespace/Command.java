package io.covenant.locks.namespace;

import java.util.List;

/// What an entry of the log asks of the namespace.
public sealed interface Command {

    /// In the place of a number of milliseconds to wait.
    long FOREVER = Long.MAX_VALUE;

    /// In the place of a generation that a file must have.
    long ANY = -1;
    /// In the place of a generation: the file must not exist.
    long ABSENT = 0;

    /// A command of a client. It takes effect once, however often it comes; every coming of it gets the same
    /// answer until the client acknowledges it.
    sealed interface Request extends Command {

        Origin origin();

        /// Differs for most commands that a client may confuse under one number.
        int fingerprint();
    }

    /// Who sends a request.
    ///
    /// @param seq      counted by the client from 1; gaps and any order are fine
    /// @param ackUpTo  the client knows the answers of all its requests up to here
    record Origin(long session, long seq, long ackUpTo) {}

    /// Opens a session, whose id is the token of this entry. Its lease counts from the answer.
    ///
    /// @param principal whom access lists name
    record OpenSession(String name, String principal, long ttlMillis) implements Command {}

    /// Ends a session as its client wishes: its locks pass on at once.
    record CloseSession(long session) implements Command {}

    /// Ends a session whose lease ran out, unless a renewal after that one is known here: the primary must
    /// have stopped accepting renewals of the session before it proposes this.
    record ExpireSession(long session, long seenRenewSeq) implements Command {}

    /// Notes how long leases still run; see [Timers].
    record LeaseCheckpoint(List<Lease> leases) implements Command {
        public LeaseCheckpoint {
            leases = List.copyOf(leases);
        }
    }

    /// @param renewSeq        the last renewal that the primary accepted
    /// @param remainingMillis of the lease, at this entry's time
    /// @param extensionMillis by how much of it the client was given time without asking, through an election
    record Lease(long session, long renewSeq, long remainingMillis, long extensionMillis) {}

    /// Acquires all of these names together, or waits for all of them, holding none meanwhile.
    ///
    /// @param waitMillis      0 tries; [#FOREVER] waits until the session ends
    /// @param lockDelayMillis how long the names stay taken when they are lost rather than released
    /// @param value           what the leader proclaims; empty without an election among the wants
    record Acquire(Origin origin, long strand, List<Want> wants, long waitMillis, long lockDelayMillis, Content value)
            implements Request {

        public Acquire {
            wants = List.copyOf(wants);
        }

        @Override
        public int fingerprint() {
            var hash = 1;
            for (var want : wants) {
                hash = 31 * hash + want.name().hashCode() + want.mode().name().hashCode();
            }
            return hash;
        }
    }

    /// Gives back one hold of each name; the one who held it last keeps none.
    ///
    /// @param token of the grant, the same for all of these names
    record Release(Origin origin, long strand, List<String> names, long token) implements Request {

        public Release {
            names = List.copyOf(names);
        }

        @Override
        public int fingerprint() {
            return 31 * names.hashCode() + 2;
        }
    }

    /// Undoes an acquire, whatever became of it: takes the waiter out of its queues, gives back what was
    /// granted, or sees to it that the request has no effect should it still come.
    record Cancel(Origin origin, long requestSeq) implements Request {
        @Override
        public int fingerprint() {
            return 31 * Long.hashCode(requestSeq) + 3;
        }
    }

    /// Creates or overwrites a file.
    ///
    /// @param expected  a content generation, [#ANY] or [#ABSENT]
    /// @param ephemeral the file ends with this session
    record PutFile(Origin origin, String path, Content content, long expected, boolean ephemeral) implements Request {
        @Override
        public int fingerprint() {
            return 31 * path.hashCode() + 4;
        }
    }

    /// Makes a directory, with the access list of the one it lies in.
    record MakeDirectory(Origin origin, String path) implements Request {
        @Override
        public int fingerprint() {
            return 31 * path.hashCode() + 5;
        }
    }

    /// Removes a file, or a directory in which nothing lies.
    record DeleteFile(Origin origin, String path, long expected) implements Request {
        @Override
        public int fingerprint() {
            return 31 * path.hashCode() + 6;
        }
    }

    /// Writes an access list.
    ///
    /// @param expected an ACL generation or [#ANY]
    record SetAcl(Origin origin, String path, Acl acl, long expected) implements Request {
        @Override
        public int fingerprint() {
            return 31 * path.hashCode() + 7;
        }
    }

    /// Forgets the answers that the client has.
    record AckReplies(long session, long ackUpTo) implements Command {}

    /// Ends a wait whose time is over.
    record WaitTimeout(long session, long requestSeq) implements Command {}

    /// Frees what was lost, when its lock-delay is over.
    record LockDelayEnd(String name) implements Command {}

    /// Takes a lock from its holders; goes to the audit list.
    ///
    /// @param token of the grant to end, or 0 for whoever holds it
    record ForceRelease(String name, long token, String by, String reason) implements Command {}

    /// Puts into the audit what an operator is about to do to the group.
    ///
    /// @param name of the node that it is done to
    record Note(OperatorAct act, String name, String by, String reason) implements Command {}

    /// Starts a new epoch, after a restore that moved the log back. All sessions end: what their clients were told
    /// after the backup was taken is not in this state.
    record RaiseEpoch(long epoch) implements Command {}

    /// Carries the time and an index to wait for, nothing else.
    record Barrier() implements Command {}
}
