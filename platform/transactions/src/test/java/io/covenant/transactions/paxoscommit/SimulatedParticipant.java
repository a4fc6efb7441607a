package io.covenant.transactions.paxoscommit;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
    private final Services services;
    private final History history;
    private final Costs costs;
    private final Set<PlantedBug> bugs;
    private final Protocol<PaxosParticipant.State, Input, Effect> core;

    SimulatedParticipant(
            Node node, String database, Services services, History history, Costs costs, Set<PlantedBug> bugs) {
        this.node = node;
        this.database = database;
        this.services = services;
        this.history = history;
        this.costs = costs;
        this.bugs = bugs;
        this.core = PlantedCores.participant(bugs);
        node.every(SWEEP, this::sweep);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Message known) {
            switch (known) {
                case Message.Prepare prepare ->
                    new Conversation(prepare.branch(), Optional.of(prepare), null, from).on(new Input.PrepareAsked());
                case Message.Tell(var branch, var decision) ->
                    new Conversation(branch, Optional.empty(), decision, from).on(new Input.Told(decision));
                case Message.Inquired(var branch, var decision) -> {
                    var conversation =
                            new Conversation(branch, Optional.empty(), decision.orElse(Decision.ABORT), null);
                    decision.ifPresentOrElse(
                            told -> conversation.on(new Input.Told(told)),
                            () -> conversation.take(PaxosParticipant.release()));
                }
                case Message.Heard(var _, var reply) -> history.voteAnswered(reply);
                case Message.Asked _, Message.Refused _, Message.Acked _, Message.Inquire _ ->
                    throw new IllegalArgumentException("not for a participant: " + known);
            }
        }
    }

    private void sweep() {
        node.ask(
                database,
                new SimulatedDatabase.Request.ListPrepared(SWEEP),
                PATIENCE,
                reply -> {
                    for (var branch : (List<?>) reply) {
                        inquire((BranchId) branch);
                    }
                },
                () -> {});
    }

    private void inquire(BranchId branch) {
        if (bugs.contains(PlantedBug.SWEEP_PRESUMES_ABORT)) {
            new Conversation(branch, Optional.empty(), Decision.ABORT, null).on(new Input.Told(Decision.ABORT));
        } else {
            send(node.dice().pick(services.coordinators()), new Message.Inquire(branch));
        }
    }

    private void send(String to, Message message) {
        costs.sent(message);
        node.send(to, message);
    }

    /// One request, from its arrival to the reply.
    private final class Conversation {

        private final BranchId branch;
        private final Optional<Message.Prepare> prepare;
        private final @Nullable Decision told;
        private final @Nullable String asker;
        private final long session = node.world().nextNumber();
        private PaxosParticipant.State state = PaxosParticipant.idle();

        Conversation(
                BranchId branch, Optional<Message.Prepare> prepare, @Nullable Decision told, @Nullable String asker) {
            this.branch = branch;
            this.prepare = prepare;
            this.told = told;
            this.asker = asker;
        }

        void on(Input input) {
            history.heard(state, input);
            take(core.on(state, input));
        }

        void take(Step<PaxosParticipant.State, Effect> step) {
            state = step.next();
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Work _ ->
                    ask(new SimulatedDatabase.Request.Work(session, node.incarnation(), branch, work()));
                case Effect.Prepare _ -> ask(new SimulatedDatabase.Request.Prepare(session));
                case Effect.Finish(var decision) -> ask(new SimulatedDatabase.Request.Finish(branch, decision));
                case Effect.Look _ -> ask(new SimulatedDatabase.Request.Look(branch));
                case Effect.Fence _ -> ask(new SimulatedDatabase.Request.Fence(branch));
                case Effect.Cast(var vote) -> prepare.ifPresent(asked -> cast(asked, vote));
                case Effect.Confirm(var ack) -> {
                    history.confirmed(branch, Objects.requireNonNull(told), ack);
                    if (asker != null) {
                        send(asker, new Message.Acked(branch, ack));
                    }
                }
                case Effect.AskAgain _ -> {}
            }
        }

        private BranchWork work() {
            return prepare.orElseThrow().work();
        }

        private void cast(Message.Prepare asked, Vote vote) {
            switch (vote) {
                case Vote.Yes _ -> castYes(asked);
                case Vote.No _ -> {
                    history.count(Event.REFUSED);
                    send(asked.ballot().node(), new Message.Refused(branch));
                }
                case Vote.ReadOnly _ -> throw new IllegalStateException("over already: " + branch);
            }
        }

        /// To the leader's acceptor first.
        private void castYes(Message.Prepare asked) {
            history.voted(branch);
            var acceptors = services.coordinators();
            var first = acceptors.indexOf(asked.ballot().node());
            for (var next = 0; next < services.voted(); next++) {
                send(
                        acceptors.get((first + next) % acceptors.size()),
                        new Message.Asked(
                                branch.transaction(), new Request.Cast(asked.ballot(), asked.plan(), branch)));
            }
        }

        private void ask(SimulatedDatabase.Request request) {
            Consumer<Object> onReply = reply -> on((Input) reply);
            node.ask(database, request, PATIENCE, onReply, () -> {
                node.ask(database, new SimulatedDatabase.Request.Hangup(session), PATIENCE, reply -> {}, () -> {});
                on(new Input.Lost());
            });
        }
    }
}
