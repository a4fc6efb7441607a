package io.covenant.transactions.twophase;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import io.covenant.transactions.twophase.TwoPhaseParticipant.State;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One instance of a participating service: a conversation of the core per request, and a sweep of prepared
/// branches.
final class SimulatedParticipant implements Program {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofMillis(900);

    private final Node node;
    private final String database;
    private final List<String> coordinators;
    private final History history;
    private final Set<PlantedBug> bugs;
    private final Protocol<State, Input, Effect> core;

    SimulatedParticipant(
            Node node,
            String database,
            List<String> coordinators,
            History history,
            Set<PlantedBug> bugs,
            Protocol<State, Input, Effect> core) {
        this.node = node;
        this.database = database;
        this.coordinators = coordinators;
        this.history = history;
        this.bugs = bugs;
        this.core = core;
        node.every(SWEEP, this::sweep);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Message known) {
            switch (known) {
                case Message.Prepare(var branch, var work) ->
                    new Conversation(branch, work, null, from).on(new Input.PrepareAsked());
                case Message.Tell(var branch, var decision) ->
                    new Conversation(branch, null, decision, from).on(new Input.Told(decision));
                case Message.Inquired(var branch, OutcomeInquiry.Answer.Decided(var decision)) ->
                    new Conversation(branch, null, decision, null).on(new Input.Told(decision));
                case Message.Inquired _ -> {}
                case Message.Voted _, Message.Acked _, Message.Inquire _ ->
                    throw new IllegalArgumentException("not for a participant: " + known);
            }
        }
    }

    private void sweep() {
        ask(new SimulatedDatabase.Request.ListPrepared(SWEEP), reply -> {
            if (reply instanceof List<?> branches) {
                for (var branch : branches) {
                    inquire((BranchId) branch);
                }
            }
        });
    }

    private void inquire(BranchId branch) {
        if (bugs.contains(PlantedBug.SWEEP_PRESUMES_ABORT)) {
            new Conversation(branch, null, Decision.ABORT, null).on(new Input.Told(Decision.ABORT));
        } else {
            node.send(node.dice().pick(coordinators), new Message.Inquire(branch));
        }
    }

    private void ask(SimulatedDatabase.Request request, Consumer<Object> onReply) {
        node.ask(database, request, PATIENCE, onReply, () -> {});
    }

    /// One request, from its arrival to the reply.
    private final class Conversation {

        private final BranchId branch;
        private final @Nullable BranchWork work;
        private final @Nullable Decision told;
        private final @Nullable String asker;
        private final long session = node.world().nextNumber();
        private State state = new State.Idle();

        Conversation(BranchId branch, @Nullable BranchWork work, @Nullable Decision told, @Nullable String asker) {
            this.branch = branch;
            this.work = work;
            this.told = told;
            this.asker = asker;
        }

        void on(Input input) {
            history.heard(state, input);
            var step = core.on(state, input);
            state = step.next();
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Work _
                when work != null -> ask(new SimulatedDatabase.Request.Work(session, node.incarnation(), branch, work));
                case Effect.Work _ -> throw new IllegalStateException("no work for " + branch);
                case Effect.Prepare _ -> ask(new SimulatedDatabase.Request.Prepare(session));
                case Effect.Finish(var decision) -> ask(new SimulatedDatabase.Request.Finish(branch, decision));
                case Effect.Look _ -> ask(new SimulatedDatabase.Request.Look(branch));
                case Effect.Fence _ -> ask(new SimulatedDatabase.Request.Fence(branch));
                case Effect.Cast(var vote) -> {
                    history.voted(branch, vote);
                    reply(new Message.Voted(branch, vote));
                }
                case Effect.Confirm(var ack) -> {
                    history.confirmed(branch, Objects.requireNonNull(told), ack);
                    reply(new Message.Acked(branch, ack));
                }
                case Effect.AskAgain _ -> {}
            }
        }

        private void ask(SimulatedDatabase.Request request) {
            node.ask(database, request, PATIENCE, reply -> on((Input) reply), () -> {
                node.ask(database, new SimulatedDatabase.Request.Hangup(session), PATIENCE, reply -> {}, () -> {});
                on(new Input.Lost());
            });
        }

        private void reply(Message message) {
            if (asker != null) {
                node.send(asker, message);
            }
        }
    }
}
