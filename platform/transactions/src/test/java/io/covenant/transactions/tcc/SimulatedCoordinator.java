package io.covenant.transactions.tcc;

import io.covenant.simulation.Node;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.local.BeginRecord;
import io.covenant.transactions.local.Chosen;
import io.covenant.transactions.local.Coordinator;
import io.covenant.transactions.local.Message;
import io.covenant.transactions.local.Services;
import io.covenant.transactions.local.Store.Closed;
import io.covenant.transactions.local.Store.Request;
import io.covenant.transactions.local.Store.Standing;
import io.covenant.transactions.tcc.TryConfirmCancel.Effect;
import io.covenant.transactions.tcc.TryConfirmCancel.Input;
import io.covenant.transactions.tcc.TryConfirmCancel.State;
import io.covenant.transactions.twophase.OutcomeInquiry;
import io.covenant.transactions.twophase.TwoPhaseCommit;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// One coordinator of TCC: a thin shell around the core.
final class SimulatedCoordinator extends Coordinator<SimulatedCoordinator.Attempted> {

    private static final Duration FIRST_RETRY = Duration.ofMillis(150);
    private static final Duration LAST_RETRY = Duration.ofMillis(1_200);

    private final History history;
    private final Set<PlantedBug> bugs;
    private final Protocol<State, Input, Effect> core;

    SimulatedCoordinator(Node node, Services services, History history, Set<PlantedBug> bugs) {
        super(node, services, history, false, !bugs.contains(PlantedBug.ATTEMPT_NOT_IN_BRANCH));
        this.history = history;
        this.bugs = bugs;
        this.core = PlantedCores.coordinator(bugs);
    }

    @Override
    public void receive(String from, Object message) {
        switch (message) {
            case Message.Run run -> run(from, run);
            case TccMessage.Tried(var branch, var answer) -> feed(branch, new Input.Tried(branch, answer));
            case TccMessage.Settled(var branch, var settlement) -> feed(branch, new Input.Settled(branch, settlement));
            case TccMessage.Inquire(var branch) ->
                ask(new Request.Read(branch.transaction()), reply -> inquire(from, branch, (Standing) reply), () -> {});
            default -> throw new IllegalArgumentException("not for a coordinator: " + message);
        }
    }

    private void feed(BranchId branch, Input input) {
        driver(branch).ifPresent(driver -> driver.on(input));
    }

    @Override
    protected Attempted fresh(BeginRecord record) {
        return new Attempted(record, TryConfirmCancel.begin(record.branches()));
    }

    @Override
    protected void adopt(BeginRecord record, Consumer<Attempted> adopted) {
        Step<State, Effect> first;
        if (bugs.contains(PlantedBug.TAKE_OVER_TRIES_ANEW)) {
            first = TryConfirmCancel.begin(record.branches());
        } else if (bugs.contains(PlantedBug.TAKE_OVER_PRESUMES_ABORT)) {
            var trying = new State.Trying(new TreeSet<>(record.branches()), new TreeSet<>());
            first = new TryConfirmCancel().on(trying, new Input.Expired());
        } else {
            first = TryConfirmCancel.takeOver(record.branches());
        }
        adopted.accept(new Attempted(record, first));
    }

    private void inquire(String from, BranchId branch, Standing standing) {
        var deadline = standing.begin()
                .filter(record -> record.attempt().equals(branch.attempt()))
                .map(BeginRecord::deadline);
        var chosen = standing.chosen().map(held -> new TwoPhaseCommit.Input.Chosen(held.decision(), held.branches()));
        if (bugs.contains(PlantedBug.UNSEALED_CONFIRMED) && chosen.isPresent()) {
            var decided = new OutcomeInquiry.Answer.Decided(chosen.get().decision());
            node.send(from, new TccMessage.Inquired(branch, decided));
            return;
        }
        var answer = OutcomeInquiry.answer(branch, chosen, deadline, node.now());
        switch (answer) {
            case OutcomeInquiry.Answer.Decided(var decision) -> {
                if (decision == Decision.COMMIT) {
                    history.count(Event.INQUIRY_COMMIT);
                }
                node.send(from, new TccMessage.Inquired(branch, answer));
            }
            case OutcomeInquiry.Answer.Undecided _ -> {
                history.count(Event.INQUIRY_UNDECIDED);
                node.send(from, new TccMessage.Inquired(branch, answer));
            }
            case OutcomeInquiry.Answer.WriteTombstone _ -> {
                if (bugs.contains(PlantedBug.TOMBSTONE_NOT_WRITTEN)) {
                    var aborted = new OutcomeInquiry.Answer.Decided(Decision.ABORT);
                    node.send(from, new TccMessage.Inquired(branch, aborted));
                    return;
                }
                history.count(Event.TOMBSTONE);
                ask(
                        abort(branch.transaction(), true),
                        reply -> inquire(
                                from, branch, new Standing(standing.begin(), Optional.of((Chosen) reply), FOR_EVER)),
                        () -> {});
            }
        }
    }

    private static Request abort(TransactionId id, boolean holder) {
        return new Request.Propose(id, Chosen.ABORTED, holder);
    }

    /// One attempt that this coordinator drives.
    final class Attempted extends Coordinator.Driver {

        private final Step<State, Effect> first;
        private State state;
        private boolean closing;
        private Duration retry = FIRST_RETRY;

        Attempted(BeginRecord record, Step<State, Effect> first) {
            super(SimulatedCoordinator.this, record);
            this.first = first;
            this.state = first.next();
        }

        @Override
        protected void start() {
            become(first);
            var left = Duration.between(node.now(), record.deadline());
            node.after(left.isNegative() ? Duration.ZERO : left, () -> on(new Input.Expired()));
            node.after(retry, this::retry);
        }

        void on(Input input) {
            history.heard(state, input);
            become(core.on(state, input));
        }

        private void become(Step<State, Effect> step) {
            state = step.next();
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Try(var to) -> {
                    history.requested();
                    tell(to, new TccMessage.Try(to, record.work(to)));
                }
                case Effect.ExpireAfter(var _, var holds) -> node.after(holds, () -> on(new Input.Expired()));
                case Effect.Propose(var decision, var sealed) ->
                    ask(
                            new Request.Propose(record.id(), new Chosen(decision, sealed), false),
                            reply -> {
                                if (reply instanceof Chosen(var chosen, var branches)) {
                                    on(new Input.Chosen(chosen, branches));
                                } else {
                                    leave();
                                }
                            },
                            () -> {});
                case Effect.Confirm(var to) -> settle(to, Decision.COMMIT);
                case Effect.Cancel(var to) -> settle(to, Decision.ABORT);
                case Effect.Answer(var decision) -> answerAll(decision, FOR_EVER);
                case Effect.Close(var decision) -> close(decision);
                case Effect.End(var decision) -> end(decision);
            }
        }

        private void settle(BranchId branch, Decision decision) {
            history.requested();
            tell(branch, new TccMessage.Tell(branch, record.work(branch), decision));
        }

        private void retry() {
            if (!(state instanceof State.Finished) && isMine()) {
                on(new Input.Retry());
                retry = retry.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? retry.multipliedBy(2) : LAST_RETRY;
                node.after(retry, this::retry);
            }
        }

        private void answerAll(Decision decision, int asOf) {
            answer(decision, asOf);
            closing = false;
            if (state instanceof State.Finished(var ended, var _)) {
                end(ended);
            }
        }

        /// Until the client is answered: the end must not overtake it, or nobody could say what the outcome
        /// was.
        private void close(Decision decision) {
            closing = true;
            if (decision == Decision.ABORT && bugs.contains(PlantedBug.ABORT_ANSWERED_UNRECORDED)) {
                answerAll(decision, FOR_EVER);
                return;
            }
            ask(
                    new Request.Close(record.lease(), owner, decision),
                    reply -> {
                        var closed = (Closed) reply;
                        if (closed.closed()) {
                            history.closed(decision);
                            answerAll(decision, closed.asOf());
                        } else {
                            history.count(Event.CLOSE_REFUSED);
                            leaveToTheRegister();
                        }
                    },
                    () -> close(decision));
        }

        private void leaveToTheRegister() {
            ask(
                    abort(record.id(), false),
                    reply -> {
                        if (reply instanceof Chosen) {
                            answerAsRegistered();
                        } else {
                            leave();
                        }
                    },
                    this::leaveToTheRegister);
        }

        private void answerAsRegistered() {
            ask(
                    new Request.Read(record.id()),
                    reply -> {
                        var standing = (Standing) reply;
                        standing.outcome().ifPresent(decision -> answerAll(decision, standing.asOf()));
                    },
                    this::answerAsRegistered);
        }

        private void end(Decision decision) {
            if (!closing) {
                ask(new Request.End(record.lease(), owner, decision), ended -> leave(), () -> end(decision));
            }
        }
    }
}
