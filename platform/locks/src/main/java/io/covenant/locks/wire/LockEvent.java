package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a stream tells. The stream proves no life: only what a client sends does.
public sealed interface LockEvent {

    /// As in the stream's `event:` line.
    default String event() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /// The type of an `event:` line; empty for one that this version does not know.
    static Optional<Class<? extends LockEvent>> type(String event) {
        return switch (event) {
            case "granted" -> Optional.of(Granted.class);
            case "settled" -> Optional.of(Settled.class);
            case "released" -> Optional.of(Released.class);
            case "contended" -> Optional.of(Contended.class);
            case "expired" -> Optional.of(Expired.class);
            case "leader" -> Optional.of(Leader.class);
            case "changed" -> Optional.of(Changed.class);
            case "compacted" -> Optional.of(Compacted.class);
            default -> Optional.empty();
        };
    }

    /// A name is held. In a watch: by that session.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Granted(
            long seq,
            String name,
            LockMode mode,
            long token,
            @Nullable Long session) implements LockEvent {}

    /// A request that waited has its last answer.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Settled(
            long seq,
            Outcome outcome,
            @Nullable List<Grant> grants,
            @Nullable List<DeadlockStep> cycle) implements LockEvent {

        public Settled {
            grants = grants == null ? null : List.copyOf(grants);
            cycle = cycle == null ? null : List.copyOf(cycle);
        }

        public enum Outcome {
            GRANTED,
            TIMED_OUT,
            DEADLOCK,
            CANCELLED,
            REFUSED
        }
    }

    /// A name is no longer held.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Released(
            String name, long token, Cause cause, @Nullable Long session) implements LockEvent {}

    /// Somebody began to wait for what this session holds alone.
    record Contended(String name, long token) implements LockEvent {}

    /// The session has ended.
    record Expired(Cause cause) implements LockEvent {}

    /// Another node leads; absent while none does.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Leader(@Nullable String leader) implements LockEvent {}

    /// A file or directory changed.
    record Changed(String path, Change change, long generation) implements LockEvent {}

    /// What happened up to this index is no longer told one by one: look, and go on from here.
    record Compacted(long index) implements LockEvent {}

    enum Cause {
        RELEASED,
        CANCELLED,
        SESSION_CLOSED,
        SESSION_EXPIRED,
        FORCED
    }

    enum Change {
        CREATED,
        WRITTEN,
        DELETED,
        ACL
    }
}
