package io.covenant.transactions.saga;

import io.covenant.simulation.Tally;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.local.Chosen;
import io.covenant.transactions.local.Ledger;
import io.covenant.transactions.local.LocalDatabase;
import io.covenant.transactions.local.Message;
import io.covenant.transactions.local.Mishap;
import io.covenant.transactions.local.Work;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaExecution.Phase;
import io.covenant.transactions.saga.SagaParticipant.Action;
import io.covenant.transactions.saga.SagaParticipant.Evidence;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What must hold of sagas, beyond what holds of every protocol: all or nothing, in order, and never back
/// past the pivot.
final class History extends Ledger {

    private final Tally<Event> tally;
    private final Map<TransactionId, Message.Run> wanted = new LinkedHashMap<>();
    private int requests;

    History(Tally<Event> tally, Tally<Mishap> mishaps) {
        super(mishaps);
        this.tally = tally;
    }

    void count(Event event) {
        tally.count(event);
    }

    void wanted(Message.Run run) {
        wanted.put(run.id(), run);
    }

    Work workOf(BranchId branch) {
        return Work.named(branch.name(), run(branch.transaction()).works());
    }

    private Message.Run run(TransactionId id) {
        return Objects.requireNonNull(wanted.get(id));
    }

    private Saga saga(TransactionId id) {
        return (Saga) run(id).plan();
    }

    void requested() {
        requests++;
    }

    int requests() {
        return requests;
    }

    // What the coordinators do

    void tookOver(Optional<Chosen> chosen) {
        count(chosen.map(
                        held -> held.decision() == Decision.COMMIT ? Event.TAKE_OVER_FORWARD : Event.TAKE_OVER_BACKWARD)
                .orElse(Event.TAKE_OVER_UNDECIDED));
    }

    void heard(Saga saga, SagaExecution.State state, SagaExecution.Input input) {
        switch (input) {
            case SagaExecution.Input.Accepted(var step)
            when state instanceof SagaExecution.State.Running(var _, var asked, var _, var _)
                    && asked.containsKey(step) ->
                count(
                        Objects.requireNonNull(asked.get(step)).phase() == Phase.ACCEPTED
                                ? Event.POLLED
                                : Event.ACCEPTED);
            case SagaExecution.Input.Refused(var step, var ask, var _)
            when ask == Ask.ACT && state instanceof SagaExecution.State.Running -> count(Event.REFUSED);
            case SagaExecution.Input.Overdue(var step)
            when state instanceof SagaExecution.State.Running(var _, var asked, var _, var _)
                    && asked.containsKey(step) -> count(Event.OVERDUE);
            case SagaExecution.Input.Fenced _
            when state instanceof SagaExecution.State.Fencing -> count(Event.PIVOT_FENCED);
            case SagaExecution.Input.Succeeded _
            when state instanceof SagaExecution.State.Fencing -> count(Event.PIVOT_FOUND_DONE);
            default -> {}
        }
    }

    void stands(Saga saga, SagaExecution.State state) {
        switch (state) {
            case SagaExecution.State.Running(var _, var asked, var _, var _) -> requireLimits(saga, asked);
            case SagaExecution.State.Compensating(var _, var asked) -> requireLimits(saga, asked);
            case SagaExecution.State.Done _
            when saga.recovery() == Saga.Recovery.FORWARD -> count(Event.NEVER_BACKWARD);
            default -> {}
        }
    }

    /// Of attempts; a step that was accepted once is asked how far it is as long as it takes.
    private static void requireLimits(Saga saga, Map<String, SagaExecution.Asked> asked) {
        asked.forEach((step, what) -> {
            if (what.phase() == SagaExecution.Phase.SENT || what.phase() == SagaExecution.Phase.WAITING) {
                require(
                        what.tries() <= saga.step(step).retries().attempts(),
                        "tried more often than granted",
                        step,
                        what);
            }
        });
    }

    @Override
    protected void onDecided(Dossier dossier, Chosen chosen) {
        count(chosen.decision() == Decision.COMMIT ? Event.FORWARD : Event.BACKWARD);
        switch (chosen.decision()) {
            case COMMIT ->
                saga(dossier.id)
                        .upToThePivot()
                        .forEach(step ->
                                require(isDone(dossier, step), "I3: decided forward, and not done", dossier.id, step));
            case ABORT -> {
                var pivot = saga(dossier.id).pivot();
                require(
                        pivot.isEmpty() || !isDone(dossier, pivot.get().name()),
                        "decided backward, and the pivot is done",
                        dossier.id);
            }
        }
    }

    @Override
    protected boolean mayBeToldCommitted(Dossier dossier) {
        return dossier.decided.map(Chosen::decision).equals(Optional.of(Decision.COMMIT))
                || (saga(dossier.id).recovery() == Saga.Recovery.FORWARD
                        && saga(dossier.id).names().stream().allMatch(step -> isDone(dossier, step)));
    }

    private static boolean isDone(Dossier dossier, String step) {
        return dossier.worked.stream().anyMatch(branch -> branch.name().equals(step));
    }

    private static boolean isOver(Dossier dossier, String step) {
        return java.util.stream.Stream.of(dossier.undone, dossier.fenced, dossier.rejected)
                .flatMap(Collection::stream)
                .anyMatch(branch -> branch.name().equals(step));
    }

    // What the participants do

    void heard(SagaParticipant.State state, SagaParticipant.Input input) {
        if (state instanceof SagaParticipant.State.Entering(var action, var _)
                && input instanceof SagaParticipant.Input.Found(var evidence)) {
            found(action, evidence);
        }
    }

    private void found(Action action, Evidence evidence) {
        if (evidence == Evidence.RUNNING) {
            count(Event.MET_RUNNING);
        }
        switch (action) {
            case ACT -> {
                switch (evidence) {
                    case ACTED -> count(Event.ACTION_REPEATED);
                    case UNDONE, FENCED -> count(Event.ACTION_FENCED);
                    case REJECTED -> count(Event.ACTION_REJECTED);
                    case NONE, RUNNING, ACCEPTED, FORGOTTEN -> {}
                }
            }
            case UNDO -> {
                switch (evidence) {
                    case NONE -> count(Event.EMPTY_COMPENSATION);
                    case ACCEPTED -> count(Event.COMPENSATED_BEFORE_REPORT);
                    case UNDONE, FENCED -> count(Event.COMPENSATION_REPEATED);
                    case RUNNING, ACTED, REJECTED, FORGOTTEN -> {}
                }
            }
            case REPORT -> {
                if (evidence == Evidence.UNDONE) {
                    count(Event.LATE_REPORT);
                }
            }
            case FENCE -> {}
        }
    }

    void answered(BranchId branch, Ask ask, SagaAnswer answer) {
        var dossier = of(branch);
        switch (answer) {
            case SagaAnswer.Succeeded _ ->
                require(dossier.worked.contains(branch), "said done, and is not", branch, ask);
            case SagaAnswer.Undone _, SagaAnswer.Fenced _ -> {
                require(
                        isOver(dossier, branch.name()) || !dossier.worked.contains(branch),
                        "said compensated, and is not",
                        branch);
                dossier.undoneForGood.add(branch);
            }
            case SagaAnswer.Accepted _, SagaAnswer.Refused _, SagaAnswer.Failed _ -> {}
        }
    }

    @Override
    protected void became(BranchId branch, LocalDatabase.Evidence evidence) {
        var dossier = of(branch);
        var saga = saga(branch.transaction());
        switch (evidence) {
            case WORKED, ACCEPTED -> {
                saga.step(branch.name())
                        .after()
                        .forEach(before ->
                                require(isDone(dossier, before), "done before what comes first", branch, before));
                require(
                        saga.upToThePivot().contains(branch.name())
                                || saga.recovery() == Saga.Recovery.FORWARD
                                || dossier.everCommitted.isPresent(),
                        "done past the pivot, and not decided",
                        branch);
            }
            case UNDONE, FENCED -> {
                var named = dossier.everAborted.map(Chosen::branches).orElse(Set.of());
                require(
                        named.contains(branch) || saga.step(branch.name()).pivot(),
                        "compensated, and not decided so",
                        branch,
                        dossier.decided);
                saga.steps().stream()
                        .filter(later -> later.after().contains(branch.name()))
                        .filter(later ->
                                named.stream().anyMatch(each -> each.name().equals(later.name())))
                        .forEach(later -> require(
                                isOver(dossier, later.name()), "compensated before what came later", branch, later));
            }
            case REJECTED, NONE, RUNNING, USED, FORGOTTEN -> {}
        }
    }

    // What must hold

    @Override
    protected void check(Dossier dossier) {
        if (dossier.everCommitted.isPresent()) {
            require(
                    dossier.undone.isEmpty() && dossier.fenced.isEmpty(),
                    "I1: compensated, and decided forward",
                    dossier.id);
        }
        require(
                dossier.everCommitted.isEmpty() || dossier.everAborted.isEmpty(),
                "I2: decided forward and backward",
                dossier.id);
    }

    /// When all is quiet.
    void checkAtTheEnd(Collection<LocalDatabase> databases) {
        var expected = 0L;
        for (var dossier : all()) {
            require(dossier.attempts.size() <= 1, "I6: a saga begun twice", dossier.id);
            if (dossier.attempts.isEmpty() && dossier.worked.isEmpty()) {
                continue;
            }
            if (dossier.everAborted.isPresent()) {
                dossier.worked.forEach(
                        branch -> require(dossier.undone.contains(branch), "I1: done, and not compensated", branch));
            } else {
                saga(dossier.id)
                        .names()
                        .forEach(step ->
                                require(isDone(dossier, step), "neither done nor compensated", dossier.id, step));
            }
            for (var branch : dossier.worked) {
                if (!dossier.undone.contains(branch)) {
                    expected += workOf(branch).amount();
                }
            }
        }
        var taken = databases.stream().mapToLong(LocalDatabase::taken).sum();
        require(taken == expected, "I5: the accounts moved otherwise than the steps", taken, expected);
    }
}
