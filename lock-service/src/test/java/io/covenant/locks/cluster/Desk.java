package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Command.Origin;
import io.covenant.locks.namespace.Content;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Mode;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Want;
import io.covenant.locks.session.Answer;
import io.covenant.locks.session.Call;
import io.covenant.locks.session.Operation;
import io.covenant.locks.wire.Cancelled;
import io.covenant.locks.wire.FileWritten;
import io.covenant.locks.wire.Grant;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.locks.wire.Queued;
import io.covenant.locks.wire.Released;
import io.covenant.locks.wire.SessionOpened;
import java.util.Locale;

/// What a client's core says, as servers hear it, and back: in the service, HTTP stands between them.
final class Desk {

    private Desk() {}

    static Ask heard(Call call) {
        return switch (call) {
            case Call.Open(var name, var ttl) -> new Ask.Perform(new Command.OpenSession(name, "", ttl), 0);
            case Call.KeepAlive(var session, var _, var ackUpTo) -> new Ask.KeepAlive(session, ackUpTo);
            case Call.Close(var session) -> new Ask.Perform(new Command.CloseSession(session), 0);
            case Call.Perform perform -> heard(perform);
        };
    }

    private static Ask heard(Call.Perform perform) {
        var origin = new Origin(perform.session(), perform.seq(), perform.ackUpTo());
        return switch (perform.operation()) {
            case Operation.Acquire acquire ->
                new Ask.Perform(
                        new Command.Acquire(
                                origin,
                                acquire.strand(),
                                acquire.wants().stream()
                                        .map(want -> want.mode() == LockMode.SHARED
                                                ? Want.shared(want.name())
                                                : Want.exclusive(want.name()))
                                        .toList(),
                                perform.waitMillis() == Operation.FOREVER ? Command.FOREVER : perform.waitMillis(),
                                acquire.lockDelayMillis(),
                                Content.EMPTY),
                        perform.openMillis());
            case Operation.Release(var strand, var names, var token) ->
                new Ask.Perform(new Command.Release(origin, strand, names, token), 0);
            case Operation.Cancel(var requestSeq) -> new Ask.Perform(new Command.Cancel(origin, requestSeq), 0);
            case Operation.Inspect _ -> new Ask.Inspect(perform.session());
            case Operation.PutFile(var path, var content, var expected, var ephemeral) ->
                new Ask.Perform(new Command.PutFile(origin, path, Content.of(content), expected, ephemeral), 0);
            case Operation.DeleteFile _, Operation.MakeDirectory _, Operation.SetAcl _ ->
                throw new AssertionError("nobody asks for " + perform);
        };
    }

    /// The end of a wait, as events tell it.
    static LockEvent.Settled settled(Event.Settled event) {
        return switch (event.reply()) {
            case Reply.Granted(var grants) ->
                new LockEvent.Settled(
                        event.seq(),
                        LockEvent.Settled.Outcome.GRANTED,
                        grants.stream().map(Desk::grant).toList(),
                        null);
            case Reply.TimedOut _ ->
                new LockEvent.Settled(event.seq(), LockEvent.Settled.Outcome.TIMED_OUT, null, null);
            case Reply.Deadlock _ -> new LockEvent.Settled(event.seq(), LockEvent.Settled.Outcome.DEADLOCK, null, null);
            case Reply.Cancelled _ ->
                new LockEvent.Settled(event.seq(), LockEvent.Settled.Outcome.CANCELLED, null, null);
            case Reply other -> throw new AssertionError("a wait ends by " + other);
        };
    }

    static Answer told(Call call, Ask.Said said) {
        return switch (said) {
            case Ask.Said.Told(var _, var term, var answer) -> told(call, term, answer);
            case Ask.Said.Inspected(var term, var view) ->
                view == null ? new Answer.SessionGone(term) : new Answer.Done(term, view);
            case Ask.Said.File _ -> throw new AssertionError("a file is told to " + call);
        };
    }

    private static Answer told(Call call, long term, io.covenant.locks.primary.Answer answer) {
        return switch (answer) {
            case io.covenant.locks.primary.Answer.Replied(var index, var reply, var remaining) ->
                replied(call, term, index, reply, remaining);
            case io.covenant.locks.primary.Answer.Renewed(var remaining) ->
                new Answer.Done(
                        term,
                        new KeptAlive(remaining, call instanceof Call.KeepAlive(var _, var seq, var _) ? seq : 0));
            case io.covenant.locks.primary.Answer.NotPrimary(var leader) ->
                leader == null
                        ? new Answer.Unavailable(0, null, false, LockProblemCode.NO_LEADER)
                        : new Answer.Redirected(leader);
            case io.covenant.locks.primary.Answer.Overloaded _ ->
                new Answer.Unavailable(20, null, true, LockProblemCode.OVERLOADED);
            case io.covenant.locks.primary.Answer.Unknown _ ->
                new Answer.Unavailable(0, null, false, LockProblemCode.OUTCOME_UNKNOWN);
        };
    }

    private static Answer replied(Call call, long term, long index, Reply reply, long remaining) {
        return switch (reply) {
            case Reply.NoSuchSession _ -> new Answer.SessionGone(term);
            case Reply.SessionOpened(var session, var ttl) ->
                new Answer.Done(term, new SessionOpened(session, ttl, 0, ttl / 3));
            case Reply.Granted(var grants) ->
                new Answer.Done(
                        term,
                        new Granted(index, grants.stream().map(Desk::grant).toList(), remaining));
            case Reply.Waiting(var ticket, var position) -> new Answer.Waits(term, new Queued(ticket, position));
            case Reply.Released(var holds) -> new Answer.Done(term, new Released(holds));
            case Reply.Cancelled(var undone) ->
                isCancel(call)
                        ? new Answer.Done(term, new Cancelled(Cancelled.Undone.valueOf(undone.name())))
                        : refused(term, 409, LockProblemCode.CANCELLED);
            case Reply.FileWritten(var instance, var generation) ->
                new Answer.Done(term, new FileWritten(instance, generation));
            case Reply.Done _ -> new Answer.Done(term, "");
            case Reply.Busy(var _, var _, var token) -> refused(term, token == 0 ? 0 : 423, LockProblemCode.BUSY);
            case Reply.Delayed _ -> refused(term, 423, LockProblemCode.DELAYED);
            case Reply.TimedOut _ -> refused(term, 423, LockProblemCode.TIMED_OUT);
            case Reply.Deadlock _ -> refused(term, 409, LockProblemCode.DEADLOCK);
            case Reply.StaleToken _ -> refused(term, 409, LockProblemCode.STALE_TOKEN);
            case Reply.WrongGeneration(var _, var current) ->
                new Answer.Refused(
                        term,
                        new LockProblem(
                                412,
                                LockProblemCode.WRONG_GENERATION,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                current,
                                null,
                                null,
                                null,
                                null));
            case Reply.Refused(var code, var _, var _) ->
                refused(term, 409, code.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            case Reply.LeasesNoted _ -> throw new AssertionError(reply);
        };
    }

    private static boolean isCancel(Call call) {
        return call instanceof Call.Perform perform && perform.operation() instanceof Operation.Cancel;
    }

    private static Answer refused(long term, int status, String code) {
        return new Answer.Refused(term, LockProblem.of(status, code, ""));
    }

    private static Grant grant(Reply.Grant grant) {
        return new Grant(
                grant.name(),
                mode(grant.mode()),
                grant.token(),
                grant.sequencer().toString(),
                grant.holds());
    }

    static LockMode mode(Mode mode) {
        return LockMode.valueOf(mode.name());
    }
}
