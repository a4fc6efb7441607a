package io.covenant.locks.web;

import io.covenant.locks.namespace.Acl;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Content;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.FileNode;
import io.covenant.locks.namespace.Limits;
import io.covenant.locks.namespace.Mode;
import io.covenant.locks.namespace.NameRule;
import io.covenant.locks.namespace.RefusalCode;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Want;
import io.covenant.locks.wire.AclBody;
import io.covenant.locks.wire.Acquire;
import io.covenant.locks.wire.Cancel;
import io.covenant.locks.wire.Cancelled;
import io.covenant.locks.wire.DeadlockStep;
import io.covenant.locks.wire.FileView;
import io.covenant.locks.wire.Grant;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.Release;
import io.covenant.web.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// What travels as JSON, as commands; and what the log says, as JSON.
///
/// What would not even fit into an entry is refused here, by the same names as in the log.
final class Wire {

    private static final Limits LIMITS = Limits.standard();

    private Wire() {}

    // ---- commands

    static Command.Acquire acquire(long session, Acquire acquire) {
        var wants = acquire.wants();
        if (wants.size() > LIMITS.wantsPerRequest()) {
            throw refused(RefusalCode.TOO_MANY_WANTED, "", LIMITS.wantsPerRequest());
        }
        return new Command.Acquire(
                new Command.Origin(session, acquire.seq(), acquire.ackUpTo()),
                orZero(acquire.strand()),
                wants.size() == 1
                        ? List.of(want(wants.getFirst(), 0))
                        : java.util.stream.IntStream.range(0, wants.size())
                                .mapToObj(at -> want(wants.get(at), at))
                                .toList(),
                waitMillis(acquire.waitMillis()),
                orZero(acquire.lockDelayMillis()),
                value(acquire.value()));
    }

    private static Want want(io.covenant.locks.wire.@Nullable Want want, int at) {
        if (want == null || want.mode() == null) {
            throw Problem.ofField("validation-failed", "wants[%d].mode".formatted(at), "must be given")
                    .asException();
        }
        var name = name(want.name(), "wants[%d].name".formatted(at));
        boolean permits = want.mode() == LockMode.PERMITS;
        if (!permits && (want.permits() != null || want.capacity() != null)) {
            throw Problem.ofField(
                            "validation-failed",
                            "wants[%d].permits".formatted(at),
                            "permits and capacity go with the mode PERMITS only")
                    .asException();
        }
        return permits
                ? Want.permits(name, orZero(want.permits()), orZero(want.capacity()))
                : new Want(name, mode(want.mode()), 0, 0);
    }

    private static long waitMillis(@Nullable Long wait) {
        return wait == null ? 0 : wait == Acquire.FOREVER ? Command.FOREVER : wait;
    }

    private static Content value(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            return Content.EMPTY;
        }
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LIMITS.valueBytes()) {
            throw refused(RefusalCode.VALUE_TOO_LONG, "value", LIMITS.valueBytes());
        }
        return Content.of(bytes);
    }

    static Command.Release release(long session, Release release) {
        if (release.names().size() > LIMITS.wantsPerRequest()) {
            throw refused(RefusalCode.TOO_MANY_WANTED, "", LIMITS.wantsPerRequest());
        }
        release.names().forEach(name -> name(name, "names"));
        return new Command.Release(
                new Command.Origin(session, release.seq(), release.ackUpTo()),
                orZero(release.strand()),
                release.names(),
                release.token());
    }

    static Command.Cancel cancel(long session, Cancel cancel) {
        return new Command.Cancel(new Command.Origin(session, cancel.seq(), cancel.ackUpTo()), cancel.requestSeq());
    }

    static String name(@Nullable String name, String field) {
        if (name == null) {
            throw Problem.ofField("validation-failed", field, "must be given").asException();
        }
        if (name.length() > LIMITS.nameChars()) {
            throw refused(RefusalCode.NAME_TOO_LONG, field, LIMITS.nameChars());
        }
        return name;
    }

    static void prefix(String prefix) {
        var refused = NameRule.refusalOfPrefix(prefix, LIMITS);
        if (refused != null) {
            throw refused(refused.code(), "prefix", refused.bound());
        }
    }

    static String text(@Nullable String text, String field) {
        if (text == null || text.isBlank()) {
            throw Problem.ofField("validation-failed", field, "must be given").asException();
        }
        if (text.length() > LIMITS.textChars()) {
            throw refused(RefusalCode.TEXT_TOO_LONG, field, LIMITS.textChars());
        }
        return text;
    }

    static Content content(byte[] bytes, String path) {
        if (bytes.length > LIMITS.fileBytes()) {
            throw refused(RefusalCode.FILE_TOO_LONG, path, LIMITS.fileBytes());
        }
        return Content.of(bytes);
    }

    static Acl acl(AclBody body) {
        for (var list : List.of(body.readers(), body.writers(), body.changers())) {
            if (list.size() > LIMITS.principals()) {
                throw refused(RefusalCode.TOO_MANY_PRINCIPALS, "", LIMITS.principals());
            }
            list.forEach(principal -> name(principal, "principal"));
        }
        return new Acl(body.readers(), body.writers(), body.changers());
    }

    private static RuntimeException refused(RefusalCode code, String about, long bound) {
        return Refusals.refused(code, about, bound).asException();
    }

    private static long orZero(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    private static Mode mode(LockMode mode) {
        return switch (mode) {
            case EXCLUSIVE -> Mode.EXCLUSIVE;
            case SHARED -> Mode.SHARED;
            case PERMITS -> Mode.PERMITS;
            case LEADER -> Mode.LEADER;
        };
    }

    // ---- answers

    static LockMode mode(Mode mode) {
        return switch (mode) {
            case EXCLUSIVE -> LockMode.EXCLUSIVE;
            case SHARED -> LockMode.SHARED;
            case PERMITS -> LockMode.PERMITS;
            case LEADER -> LockMode.LEADER;
        };
    }

    static List<Grant> grants(List<Reply.Grant> grants) {
        return grants.size() == 1
                ? List.of(grant(grants.getFirst()))
                : grants.stream().map(Wire::grant).toList();
    }

    private static Grant grant(Reply.Grant grant) {
        return new Grant(
                grant.name(),
                mode(grant.mode()),
                grant.token(),
                grant.sequencer().toString(),
                grant.holds());
    }

    /// As [Grant] is written.
    static void write(JsonGenerator json, Reply.Grant grant) {
        json.writeStartObject();
        json.writeStringProperty("name", grant.name());
        json.writeStringProperty("mode", mode(grant.mode()).name());
        json.writeNumberProperty("token", grant.token());
        json.writeStringProperty("sequencer", grant.sequencer().toString());
        json.writeNumberProperty("holds", grant.holds());
        json.writeEndObject();
    }

    static Cancelled.Undone undone(Reply.Cancelled.Undone undone) {
        return switch (undone) {
            case WAITER -> Cancelled.Undone.WAITER;
            case GRANT -> Cancelled.Undone.GRANT;
            case UNSEEN -> Cancelled.Undone.UNSEEN;
            case NOTHING -> Cancelled.Undone.NOTHING;
        };
    }

    static List<DeadlockStep> cycle(List<Reply.Step> cycle) {
        return cycle.stream()
                .map(step ->
                        new DeadlockStep(step.owner().session(), step.owner().strand(), step.name()))
                .toList();
    }

    static io.covenant.locks.wire.Want want(Want want) {
        return want.mode() == Mode.PERMITS
                ? io.covenant.locks.wire.Want.permits(want.name(), want.permits(), want.capacity())
                : new io.covenant.locks.wire.Want(want.name(), mode(want.mode()), null, null);
    }

    static FileView file(FileNode file) {
        return new FileView(
                file.path(),
                file.directory(),
                file.content().size(),
                file.instance(),
                file.contentGeneration(),
                file.lockGeneration(),
                file.aclGeneration(),
                file.ephemeral() == 0 ? null : file.ephemeral());
    }

    // ---- events

    /// What a session's stream tells; null for what it does not tell.
    static @Nullable LockEvent ofSession(Event event) {
        return switch (event) {
            case Event.Granted(var _, var _, var seq, var name, var mode, var token) ->
                new LockEvent.Granted(seq, name, mode(mode), token, null);
            case Event.Settled(var _, var _, var seq, var reply) -> settled(seq, reply);
            case Event.Released(var _, var _, var name, var token, var cause) ->
                new LockEvent.Released(name, token, cause(cause), null);
            case Event.Contended(var _, var _, var name, var token) -> new LockEvent.Contended(name, token);
            case Event.SessionEnded(var _, var _, var cause) -> new LockEvent.Expired(cause(cause));
            case Event.SessionOpened _, Event.FileChanged _ -> null;
        };
    }

    /// What a watch tells; null for what it does not tell.
    static @Nullable LockEvent ofName(Event event) {
        return switch (event) {
            case Event.Granted(var _, var session, var seq, var name, var mode, var token) ->
                new LockEvent.Granted(seq, name, mode(mode), token, session);
            case Event.Released(var _, var session, var name, var token, var cause) ->
                new LockEvent.Released(name, token, cause(cause), session);
            case Event.FileChanged(var _, var path, var change, var generation, var _) ->
                new LockEvent.Changed(path, change(change), generation);
            case Event.Settled _, Event.Contended _, Event.SessionOpened _, Event.SessionEnded _ -> null;
        };
    }

    private static LockEvent settled(long seq, Reply reply) {
        return switch (reply) {
            case Reply.Granted(var grants) ->
                new LockEvent.Settled(seq, LockEvent.Settled.Outcome.GRANTED, grants(grants), null);
            case Reply.TimedOut _ -> new LockEvent.Settled(seq, LockEvent.Settled.Outcome.TIMED_OUT, null, null);
            case Reply.Deadlock(var cycle) ->
                new LockEvent.Settled(seq, LockEvent.Settled.Outcome.DEADLOCK, null, cycle(cycle));
            case Reply.Cancelled _ -> new LockEvent.Settled(seq, LockEvent.Settled.Outcome.CANCELLED, null, null);
            case Reply.Refused _,
                    Reply.Done _,
                    Reply.SessionOpened _,
                    Reply.NoSuchSession _,
                    Reply.Waiting _,
                    Reply.Busy _,
                    Reply.Delayed _,
                    Reply.Released _,
                    Reply.StaleToken _,
                    Reply.FileWritten _,
                    Reply.WrongGeneration _,
                    Reply.LeasesNoted _ -> new LockEvent.Settled(seq, LockEvent.Settled.Outcome.REFUSED, null, null);
        };
    }

    private static LockEvent.Cause cause(Event.Cause cause) {
        return switch (cause) {
            case RELEASED -> LockEvent.Cause.RELEASED;
            case CANCELLED -> LockEvent.Cause.CANCELLED;
            case SESSION_CLOSED -> LockEvent.Cause.SESSION_CLOSED;
            case SESSION_EXPIRED, EPOCH_RAISED -> LockEvent.Cause.SESSION_EXPIRED;
            case FORCED -> LockEvent.Cause.FORCED;
        };
    }

    private static LockEvent.Change change(Event.Change change) {
        return switch (change) {
            case CREATED -> LockEvent.Change.CREATED;
            case WRITTEN -> LockEvent.Change.WRITTEN;
            case DELETED -> LockEvent.Change.DELETED;
            case ACL -> LockEvent.Change.ACL;
        };
    }
}
