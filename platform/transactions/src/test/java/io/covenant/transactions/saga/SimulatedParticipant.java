package io.covenant.transactions.saga;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.local.LocalDatabase;
import io.covenant.transactions.local.Mishap;
import io.covenant.transactions.local.Work;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaParticipant.Effect;
import io.covenant.transactions.saga.SagaParticipant.Evidence;
import io.covenant.transactions.saga.SagaParticipant.Input;
import io.covenant.transactions.saga.SagaParticipant.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One instance of a participating service: a conversation of the core per request, and reports of accepted
/// work that is over.
final class SimulatedParticipant implements Program {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration REPORT = Duration.ofMillis(400);
    private static final Refusal IMPOSSIBLE = Refusal.of("impossible", "It could not be done.");

    private final Node node;
    private final String database;
    private final List<String> coordinators;
    private final History history;
    private final Protocol<State, Input, Effect> core;

    SimulatedParticipant(
            Node node,
            String database,
            List<String> coordinators,
            History history,
            Protocol<State, Input, Effect> core) {
        this.node = node;
        this.database = database;
        this.coordinators = coordinators;
        this.history = history;
        this.core = core;
        node.every(REPORT, this::report);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof SagaMessage.Asked(var branch, var work, var ask)) {
            new Conversation(branch, work, from, ask)
                    .on(
                            switch (ask) {
                                case ACT -> new Input.ActAsked();
                                case UNDO -> new Input.UndoAsked();
                                case FENCE -> new Input.FenceAsked();
                            });
        }
    }

    private void report() {
        node.ask(
                database,
                new LocalDatabase.Request.ListAccepted(),
                PATIENCE,
                reply -> {
                    for (var each : (List<?>) reply) {
                        var branch = (BranchId) each;
                        Optional<Refusal> refusal =
                                node.dice().chance(0.2) ? Optional.of(IMPOSSIBLE) : Optional.empty();
                        // Now and then the news come twice, or to somebody else.
                        for (var time = 0; time <= node.dice().below(2); time++) {
                            new Conversation(
                                            branch,
                                            history.workOf(branch),
                                            node.dice().pick(coordinators),
                                            Ask.ACT)
                                    .on(new Input.Reported(refusal));
                        }
                    }
                },
                () -> {});
    }

    /// One request, from its arrival to the reply.
    private final class Conversation {

        private final BranchId branch;
        private final Work work;
        private final String asker;
        private final Ask ask;
        private final long session = node.world().nextNumber();
        private State state = new State.Idle();

        Conversation(BranchId branch, Work work, String asker, Ask ask) {
            this.branch = branch;
            this.work = work;
            this.asker = asker;
            this.ask = ask;
        }

        void on(Input input) {
            history.heard(state, input);
            var step = core.on(state, input);
            state = step.next();
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Enter(var action) ->
                    ask(new LocalDatabase.Request.Enter(
                            session,
                            node.incarnation(),
                            branch,
                            switch (action) {
                                case ACT -> LocalDatabase.Purpose.WORK;
                                case REPORT -> LocalDatabase.Purpose.REPORT;
                                case UNDO, FENCE -> LocalDatabase.Purpose.UNDO;
                            }));
                case Effect.Work(var _, var report) ->
                    ask(new LocalDatabase.Request.Work(session, work, report.isPresent()));
                case Effect.Fence _ -> ask(new LocalDatabase.Request.Fence(session, work));
                case Effect.Leave _ -> hangUp();
                case Effect.Reply(var answer) -> {
                    history.answered(branch, ask, answer);
                    node.send(asker, new SagaMessage.Answered(branch, ask, answer));
                }
                case Effect.AskAgain _ -> {}
            }
        }

        private void ask(LocalDatabase.Request request) {
            node.ask(database, request, PATIENCE, reply -> on(input((LocalDatabase.Reply) reply)), () -> {
                hangUp();
                history.count(Mishap.REPLY_LOST);
                on(new Input.Lost());
            });
        }

        private void hangUp() {
            node.ask(database, new LocalDatabase.Request.Leave(session), PATIENCE, reply -> {}, () -> {});
        }

        private static Input input(LocalDatabase.Reply reply) {
            return switch (reply) {
                case LocalDatabase.Reply.Found(var shown) ->
                    new Input.Found(
                            switch (shown) {
                                case NONE -> Evidence.NONE;
                                case RUNNING -> Evidence.RUNNING;
                                case ACCEPTED -> Evidence.ACCEPTED;
                                case WORKED, USED -> Evidence.ACTED;
                                case REJECTED -> Evidence.REJECTED;
                                case UNDONE -> Evidence.UNDONE;
                                case FENCED -> Evidence.FENCED;
                                case FORGOTTEN -> Evidence.FORGOTTEN;
                            });
                case LocalDatabase.Reply.Committed(var evidence)
                when evidence == LocalDatabase.Evidence.ACCEPTED -> new Input.CommittedToReport();
                case LocalDatabase.Reply.Committed _ -> new Input.Committed();
                case LocalDatabase.Reply.Refused(var code) -> new Input.Refused(Refusal.of(code, code));
                case LocalDatabase.Reply.Nothing _, LocalDatabase.Reply.Gone _, LocalDatabase.Reply.Lost _ ->
                    new Input.Lost();
            };
        }
    }
}
