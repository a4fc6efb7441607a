package io.covenant.transactions.crash;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.wire.EvidenceReply;
import io.covenant.transactions.wire.EvidenceReply.Shown;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.PrepareReply.Choice;
import io.covenant.transactions.wire.PrepareRequest;
import io.covenant.transactions.wire.PreparedBranches;
import io.covenant.transactions.wire.SettleReply;
import io.covenant.transactions.wire.StepReply;
import io.covenant.transactions.wire.StepRequest;
import io.covenant.transactions.wire.TryReply;
import io.covenant.transactions.wire.TryRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/// Has the service under test die in the middle of a branch, and then brings the branch to its end as coordinators do:
/// asks again until there is an answer.
///
/// Each call is one branch of a transaction of its own. When it returns, the branch has ended as it was to end:
/// its evidence shows so, it holds nothing prepared or reserved, to tell it once more changes nothing, and what
/// would have it do its work after an end that undid it is refused. What the service's own data must show is
/// for the test to say.
public final class BranchCrashes {

    private static final long DEADLINE_MILLIS = Duration.ofSeconds(20).toMillis();
    private static final String BRANCHES = "/internal/v1/branches/";
    private static final String STEPS = "/internal/v1/steps/";

    private static final Beginning<PrepareReply, Choice> PREPARING = new Beginning<>(
            BRANCHES + "prepare", PrepareRequest<Object>::new, PrepareReply.class, PrepareReply::vote, Choice.YES);
    private static final Beginning<TryReply, TryReply.Answer> RESERVING = new Beginning<>(
            BRANCHES + "try", TryRequest<Object>::new, TryReply.class, TryReply::answer, TryReply.Answer.RESERVED);
    private static final Ending<FinishReply> OF_PREPARED =
            new Ending<>(FinishReply.class, reply -> reply.results().getFirst().result());
    private static final Ending<SettleReply> OF_RESERVED =
            new Ending<>(SettleReply.class, reply -> reply.results().getFirst().result());

    private final Death death;
    private final Doors doors;

    BranchCrashes(Death death, Doors doors) {
        this.death = death;
        this.doors = doors;
    }

    // ---- prepared branches

    /// A branch that prepares, dies there, and is committed.
    ///
    /// @param operation what the service declares by `@BranchOperation`
    /// @param payload   its input; bound from JSON, as a coordinator sends it
    public void committed(PreparedCrash crash, String operation, Object payload) {
        var branch = branch();
        begin(PREPARING, branch, crash.moment(), operation, payload, true);
        tell(OF_PREPARED, branch, crash.moment(), "commit");
        requireOver(branch, Shown.WORK);
        tell(OF_PREPARED, branch, "commit");
    }

    /// A branch that prepares, dies there, and is rolled back.
    public void rolledBack(PreparedCrash crash, String operation, Object payload) {
        var branch = branch();
        var moment = crash.momentOfAbort();
        begin(PREPARING, branch, moment, operation, payload, moment.phase() != Phase.WORK);
        tell(OF_PREPARED, branch, moment, "rollback");
        requireOver(branch, Shown.FENCE);
        tell(OF_PREPARED, branch, "rollback");
        var late = answer(PREPARING, branch, operation, payload);
        require(late == Choice.NO, "it prepares after it was rolled back: " + late, branch);
        requireOver(branch, Shown.FENCE);
    }

    // ---- reservations

    /// A branch that reserves, dies there or when it is confirmed, and is confirmed.
    ///
    /// @param operation what the service declares by `@Try`
    public void confirmed(LocalCrash crash, String operation, Object payload) {
        var branch = branch();
        begin(RESERVING, branch, crash.moment(), operation, payload, true);
        tell(OF_RESERVED, branch, crash.moment(), "confirm");
        requireOver(branch, Shown.WORK);
        tell(OF_RESERVED, branch, "confirm");
    }

    /// A branch that reserves, dies there or when it is cancelled, and is cancelled.
    public void cancelled(LocalCrash crash, String operation, Object payload) {
        var branch = branch();
        var moment = crash.moment();
        begin(RESERVING, branch, moment, operation, payload, moment.phase() != Phase.WORK);
        tell(OF_RESERVED, branch, moment, "cancel");
        requireOver(branch, Shown.FENCE);
        tell(OF_RESERVED, branch, "cancel");
        var late = answer(RESERVING, branch, operation, payload);
        require(late == TryReply.Answer.REFUSED, "it reserves after it was cancelled: " + late, branch);
        requireOver(branch, Shown.FENCE);
    }

    // ---- both

    /// How a branch is asked to do its work and hold it.
    ///
    /// @param good what it answers when it has
    private record Beginning<R, A>(String door, Request request, Class<R> reply, Function<R, A> answer, A good) {}

    @FunctionalInterface
    private interface Request {
        Object of(String gid, String operation, long deadlineMillis, Object payload);
    }

    /// How a branch answers what it is told to do with what it holds.
    private record Ending<R>(Class<R> reply, Function<R, Result> result) {}

    /// @param again whether it is asked once more after it has died
    private <A> void begin(
            Beginning<?, A> how, BranchId branch, Moment moment, String operation, Object payload, boolean again) {
        dying(moment, Phase.WORK, how.door(), how.request().of(branch.gid(), operation, DEADLINE_MILLIS, payload));
        if (again) {
            var answer = answer(how, branch, operation, payload);
            require(how.good().equals(answer), "it answers " + answer, branch);
        }
        between(moment);
    }

    private <R, A> A answer(Beginning<R, A> how, BranchId branch, String operation, Object payload) {
        return doors.ask(
                how.door(),
                how.request().of(branch.gid(), operation, DEADLINE_MILLIS, payload),
                how.reply(),
                reply -> Optional.of(how.answer().apply(reply)));
    }

    private void tell(Ending<?> ending, BranchId branch, Moment moment, String how) {
        dying(moment, Phase.END, BRANCHES + how, new FinishRequest(List.of(branch.gid())));
        tell(ending, branch, how);
    }

    private <R> void tell(Ending<R> ending, BranchId branch, String how) {
        var result = doors.ask(
                BRANCHES + how,
                new FinishRequest(List.of(branch.gid())),
                ending.reply(),
                reply -> Optional.of(ending.result().apply(reply)).filter(each -> each != Result.RETRY));
        require(result == Result.DONE, "told to " + how + " it answers " + result, branch);
    }

    // ---- steps of sagas

    /// A step that dies while it acts, and is done.
    ///
    /// @param crash     where the action dies; the saga never comes to what is behind it
    /// @param operation what the service declares by `@SagaStep`
    public void done(LocalCrash crash, String operation, Object payload) {
        var step = branch();
        act(step, crash.moment(), operation, payload);
        requireOver(step, Shown.WORK);
        act(step, operation, payload);
    }

    /// A step that dies while it acts, or while it is compensated, and is compensated.
    ///
    /// @param compensation what the service declares by `@Compensation`
    public void compensated(LocalCrash crash, String operation, String compensation, Object payload) {
        var step = branch();
        var moment = crash.moment();
        if (moment.phase() == Phase.WORK) {
            dying(moment, Phase.WORK, STEPS + "act", new StepRequest<>(step.gid(), operation, payload));
        } else {
            act(step, moment, operation, payload);
        }
        dying(moment, Phase.END, STEPS + "undo", new StepRequest<>(step.gid(), compensation, payload));
        undo(step, compensation, payload);
        requireOver(step, Shown.FENCE);
        undo(step, compensation, payload);
        var late = answer(STEPS + "act", step, operation, payload);
        require(late == StepReply.Answer.REFUSED, "it acts after it was compensated: " + late, step);
        requireOver(step, Shown.FENCE);
    }

    private void act(BranchId step, Moment moment, String operation, Object payload) {
        dying(moment, Phase.WORK, STEPS + "act", new StepRequest<>(step.gid(), operation, payload));
        act(step, operation, payload);
        between(moment);
    }

    private void act(BranchId step, String operation, Object payload) {
        var answer = answer(STEPS + "act", step, operation, payload);
        require(answer == StepReply.Answer.DONE, "it answers " + answer, step);
    }

    private void undo(BranchId step, String compensation, Object payload) {
        var answer = answer(STEPS + "undo", step, compensation, payload);
        require(answer == StepReply.Answer.UNDONE, "it answers " + answer, step);
    }

    private StepReply.Answer answer(String path, BranchId step, String operation, Object payload) {
        return doors.ask(
                path,
                new StepRequest<>(step.gid(), operation, payload),
                StepReply.class,
                reply -> reply.answer() == StepReply.Answer.FAILED ? Optional.empty() : Optional.of(reply.answer()));
    }

    // ---- dying

    /// Asks, if this is the request that dies, and sees it die.
    private void dying(Moment moment, Phase phase, String path, Object request) {
        if (moment.phase() != phase) {
            return;
        }
        var died = death.awaitAt(moment.point().orElseThrow());
        try {
            if (!doors.askInVain(path, request, () -> died.getCount() == 0)) {
                throw new AssertionError(
                        "the service does not come to %s: does it refuse, or only read?".formatted(moment.name()));
            }
        } finally {
            death.disarm();
        }
    }

    private void between(Moment moment) {
        if (moment.phase() == Phase.BETWEEN) {
            death.cut();
        }
    }

    // ---- what must hold

    private void requireOver(BranchId branch, Shown expected) {
        var shown = doors.look(BRANCHES + "evidence?gid=" + branch.gid(), EvidenceReply.class)
                .evidence();
        require(shown == expected, "its evidence is %s, not %s".formatted(shown, expected), branch);
        var held = doors.look(BRANCHES + "prepared", PreparedBranches.class).prepared().stream()
                .anyMatch(prepared -> prepared.gid().equals(branch.gid()));
        require(!held, "it still holds something prepared or reserved", branch);
    }

    private static void require(boolean holds, String otherwise, BranchId branch) {
        if (!holds) {
            throw new AssertionError("%s: %s".formatted(branch, otherwise));
        }
    }

    private static BranchId branch() {
        return new BranchId(
                TransactionIds.next(), new Attempt(ThreadLocalRandom.current().nextLong() >>> 1), "branch");
    }
}
