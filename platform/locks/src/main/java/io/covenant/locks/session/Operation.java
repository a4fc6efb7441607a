package io.covenant.locks.session;

import io.covenant.locks.wire.AclBody;
import io.covenant.locks.wire.Want;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is asked of the service in a session.
public sealed interface Operation {

    /// In the place of a number of milliseconds to wait.
    long FOREVER = -1;
    /// In the place of a generation that a file must have.
    long ANY = -1;
    /// In the place of a generation: the file must not exist.
    long ABSENT = 0;

    /// @param waitMillis 0 tries, [#FOREVER] waits until the session ends
    record Acquire(
            long strand,
            List<Want> wants,
            long waitMillis,
            long lockDelayMillis,
            @Nullable String value) implements Operation {
        public Acquire {
            wants = List.copyOf(wants);
        }

        List<String> names() {
            return wants.stream().map(Want::name).toList();
        }
    }

    record Release(long strand, List<String> names, long token) implements Operation {
        public Release {
            names = List.copyOf(names);
        }
    }

    /// Undoes an acquire, whatever became of it.
    record Cancel(long requestSeq) implements Operation {}

    /// What does the session hold and wait for? A read, without a number.
    record Inspect() implements Operation {}

    /// @param content   must not be changed by the caller
    /// @param expected  a generation, [#ANY] or [#ABSENT]
    /// @param ephemeral the file ends with the session
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record PutFile(String path, byte[] content, long expected, boolean ephemeral) implements Operation {}

    record DeleteFile(String path, long expected) implements Operation {}

    record MakeDirectory(String path) implements Operation {}

    record SetAcl(String path, AclBody acl, long expected) implements Operation {}
}
