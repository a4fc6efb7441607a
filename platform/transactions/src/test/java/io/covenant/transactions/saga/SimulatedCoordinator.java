package io.covenant.transactions.saga;

import io.covenant.simulation.Node;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.local.BeginRecord;
import io.covenant.transactions.local.Chosen;
import io.covenant.transactions.local.Coordinator;
import io.covenant.transactions.local.Message;
import io.covenant.transactions.local.Services;
import io.covenant.transactions.local.Store.Request;
import io.covenant.transactions.local.Store.Standing;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaExecution.Effect;
import io.covenant.transactions.saga.SagaExecution.Input;
import io.covenant.transactions.saga.SagaExecution.State;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// One coordinator of sagas: a thin shell around the core, with an operator who looks after what is stuck.
final class SimulatedCoordinator extends Coordinator<SimulatedCoordinator.Driven> {

    private static final Refusal SILENT = Refusal.of("silent", "The service did not answer.");

    private final History history;
    private final Set<PlantedBug> bugs;

    SimulatedCoordinator(Node node, Services services, History history, Set<PlantedBug> bugs) {
        super(node, services, history, true, true);
        this.history = history;
        this.bugs = bugs;
    }

    @Override
    public void receive(String from, Object message) {
        switch (message) {
            case Message.Run run -> run(from, run);
            case SagaMessage.Answered(var branch, var ask, var answer) ->
                driver(branch).ifPresent(driver -> driver.answered(branch.name(), ask, answer));
            default -> throw new IllegalArgumentException("not for a coordinator: " + message);
        }
    }

    @Override
    protected Driven fresh(BeginRecord record) {
        return new Driven(record, new SagaExecution((Saga) record.plan()).begin());
    }

    @Override
    protected void adopt(BeginRecord record, Consumer<Driven> adopted) {
        ask(
                new Request.Read(record.id()),
                reply -> {
                    var standing = (Standing) reply;
                    history.tookOver(standing.chosen());
                    adopted.accept(new Driven(record, takeOver(record, standing.chosen())));
                },
                () -> {});
    }

    private Step<State, Effect> takeOver(BeginRecord record, Optional<Chosen> held) {
        var saga = (Saga) record.plan();
        var chosen = held.map(what -> new Input.Chosen(what.decision(), names(what.branches())));
        var execution = new SagaExecution(saga);
        if (bugs.contains(PlantedBug.TAKE_OVER_PRESUMES_ABORT)) {
            return execution.takeOver(Set.of(), Optional.of(new Input.Chosen(Decision.ABORT, saga.upToThePivot())));
        }
        var step = execution.takeOver(record.notes(), chosen);
        if (bugs.contains(PlantedBug.TAKE_OVER_TRUSTS_NOTES)
                && step.next() instanceof State.Running(var done, var asked, var _, var forward)) {
            var touched = new TreeSet<>(done);
            touched.addAll(asked.keySet());
            return new Step<>(new State.Running(done, asked, touched, forward), step.effects());
        }
        if (bugs.contains(PlantedBug.TAKE_OVER_LEAVES_RUNNING)
                && step.next() instanceof State.Running(var done, var _, var touched, var forward)) {
            return Step.to(new State.Running(done, new TreeMap<>(), touched, forward));
        }
        return step;
    }

    private static Set<String> names(Set<BranchId> branches) {
        return branches.stream().map(BranchId::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /// An answer to one question is none to another.
    private record Question(String step, Ask ask) {}

    /// One saga that this coordinator drives.
    final class Driven extends Coordinator.Driver {

        private final Step<State, Effect> first;
        private final Saga saga;
        private final Protocol<State, Input, Effect> core;
        private final Map<Question, Long> asking = new HashMap<>();
        private State state;

        Driven(BeginRecord record, Step<State, Effect> first) {
            super(SimulatedCoordinator.this, record);
            this.first = first;
            this.saga = (Saga) record.plan();
            this.core = PlantedCores.coordinator(saga, bugs);
            this.state = first.next();
        }

        @Override
        protected void start() {
            become(first);
            var left = Duration.between(node.now(), record.deadline());
            node.after(left.isNegative() ? Duration.ZERO : left, () -> on(new Input.Expired()));
            operate();
        }

        private void operate() {
            node.after(Duration.ofSeconds(1), () -> {
                if (isMine()) {
                    if (state instanceof State.Stuck) {
                        history.count(Event.RESUMED);
                        on(new Input.Resume());
                    }
                    operate();
                }
            });
        }

        void answered(String step, Ask ask, SagaAnswer answer) {
            asking.remove(new Question(step, ask));
            on(
                    switch (answer) {
                        case SagaAnswer.Succeeded _ -> new Input.Succeeded(step);
                        case SagaAnswer.Accepted _ -> new Input.Accepted(step);
                        case SagaAnswer.Refused(var why) -> new Input.Refused(step, ask, why);
                        case SagaAnswer.Failed(var why) -> new Input.Failed(step, ask, why);
                        case SagaAnswer.Undone _ -> new Input.Undone(step);
                        case SagaAnswer.Fenced _ -> new Input.Fenced(step);
                    });
        }

        private void on(Input input) {
            history.heard(saga, state, input);
            become(core.on(state, input));
        }

        private void become(Step<State, Effect> step) {
            if (step.next() instanceof State.Stuck && !(state instanceof State.Stuck)) {
                history.count(Event.STUCK);
            }
            if (!step.next().equals(state)) {
                history.stands(saga, step.next());
            }
            state = step.next();
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Act(var step) -> ask(step, Ask.ACT);
                case Effect.Undo(var step) -> ask(step, Ask.UNDO);
                case Effect.Fence(var step) -> ask(step, Ask.FENCE);
                case Effect.RetryAfter(var step, var delay) ->
                    node.after(node.dice().between(delay.least(), delay.most()), () -> on(new Input.RetryDue(step)));
                case Effect.Watch(var step, var within) -> node.after(within, () -> on(new Input.Overdue(step)));
                case Effect.Note(var step) ->
                    SimulatedCoordinator.this.ask(new Request.Note(record.lease(), owner, step), reply -> {}, () -> {});
                case Effect.Propose(var decision, var steps) ->
                    propose(new Chosen(
                            decision, steps.stream().map(this::branch).collect(Collectors.toCollection(TreeSet::new))));
                case Effect.Answer(var decision) -> answer(decision, FOR_EVER);
                case Effect.Raise _ -> {}
                case Effect.End(var decision) -> end(decision);
            }
        }

        private BranchId branch(String step) {
            return new BranchId(record.id(), record.attempt(), step);
        }

        private void ask(String step, Ask ask) {
            history.requested();
            var number = node.world().nextNumber();
            var question = new Question(step, ask);
            asking.put(question, number);
            var branch = branch(step);
            tell(branch, new SagaMessage.Asked(branch, record.work(branch), ask));
            node.after(PATIENCE, () -> {
                if (asking.remove(question, number)) {
                    on(new Input.Failed(step, ask, SILENT));
                }
            });
        }

        private void propose(Chosen proposal) {
            SimulatedCoordinator.this.ask(
                    new Request.ProposeAsOwner(record.lease(), owner, proposal),
                    reply -> {
                        if (reply instanceof Chosen(var decision, var branches)) {
                            on(new Input.Chosen(decision, names(branches)));
                        } else {
                            history.count(Event.SUPERSEDED);
                            leave();
                        }
                    },
                    () -> {
                        if (isMine()) {
                            on(new Input.Retry());
                        }
                    });
        }

        private void end(Decision decision) {
            SimulatedCoordinator.this.ask(
                    new Request.End(record.lease(), owner, decision), ended -> leave(), () -> end(decision));
        }
    }
}
