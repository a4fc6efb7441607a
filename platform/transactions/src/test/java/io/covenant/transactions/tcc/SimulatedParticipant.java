package io.covenant.transactions.tcc;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.local.LocalDatabase;
import io.covenant.transactions.local.Mishap;
import io.covenant.transactions.local.Work;
import io.covenant.transactions.tcc.TccParticipant.Effect;
import io.covenant.transactions.tcc.TccParticipant.Evidence;
import io.covenant.transactions.tcc.TccParticipant.Input;
import io.covenant.transactions.tcc.TccParticipant.State;
import io.covenant.transactions.twophase.OutcomeInquiry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One instance of a participating service: a conversation of the core per request, and a sweep of
/// reservations that were held for long enough.
final class SimulatedParticipant implements Program {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofMillis(900);

    private final Node node;
    private final String database;
    private final List<String> coordinators;
    private final History history;
    private final Protocol<State, Input, Effect> core;
    private final Map<BranchId, Conversation> asking = new HashMap<>();

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
        node.every(SWEEP, this::sweep);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof TccMessage known) {
            switch (known) {
                case TccMessage.Try(var branch, var work) ->
                    new Conversation(branch, work, from).on(new Input.TryAsked());
                case TccMessage.Tell(var branch, var work, var decision) ->
                    new Conversation(branch, work, from).on(new Input.Told(decision));
                case TccMessage.Inquired(var branch, var answer) -> {
                    var conversation = asking.remove(branch);
                    if (conversation != null) {
                        conversation.answered(answer);
                    }
                }
                case TccMessage.Tried _, TccMessage.Settled _, TccMessage.Inquire _ ->
                    throw new IllegalArgumentException("not for a participant: " + known);
            }
        }
    }

    private void sweep() {
        node.ask(
                database,
                new LocalDatabase.Request.ListHeld(),
                PATIENCE,
                reply -> {
                    for (var held : (List<?>) reply) {
                        new Conversation((BranchId) held, history.workOf((BranchId) held), null)
                                .on(new Input.HeldLongEnough());
                    }
                },
                () -> {});
    }

    /// One request, from its arrival to the reply.
    private final class Conversation {

        private final BranchId branch;
        private final Work work;
        private final @Nullable String asker;
        private final long session = node.world().nextNumber();
        private State state = new State.Idle();
        private @Nullable Decision told;

        Conversation(BranchId branch, Work work, @Nullable String asker) {
            this.branch = branch;
            this.work = work;
            this.asker = asker;
        }

        void on(Input input) {
            if (input instanceof Input.Told(var decision)) {
                told = decision;
            }
            history.heard(state, input);
            var step = core.on(state, input);
            state = step.next();
            step.effects().forEach(this::perform);
        }

        void answered(OutcomeInquiry.Answer answer) {
            switch (answer) {
                case OutcomeInquiry.Answer.Decided(var decision) -> on(new Input.Told(decision));
                case OutcomeInquiry.Answer.Undecided _, OutcomeInquiry.Answer.WriteTombstone _ -> on(new Input.Lost());
            }
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Enter(var action) ->
                    ask(new LocalDatabase.Request.Enter(
                            session,
                            node.incarnation(),
                            branch,
                            switch (action) {
                                case TRY -> LocalDatabase.Purpose.WORK;
                                case CONFIRM -> LocalDatabase.Purpose.USE;
                                case CANCEL -> LocalDatabase.Purpose.UNDO;
                            }));
                case Effect.Work _ -> ask(new LocalDatabase.Request.Work(session, work, false));
                case Effect.Fence _ -> ask(new LocalDatabase.Request.Fence(session, work));
                case Effect.Leave _ -> hangUp();
                case Effect.Inquire _ -> {
                    asking.put(branch, this);
                    node.send(node.dice().pick(coordinators), new TccMessage.Inquire(branch));
                    // An answer counts only while somebody waits for it: later all may be forgotten.
                    node.after(PATIENCE, () -> {
                        if (asking.remove(branch, this)) {
                            on(new Input.Lost());
                        }
                    });
                }
                case Effect.Reserve _ -> tried(new TryAnswer.Reserved(work.holds()));
                case Effect.Nothing _ -> tried(new TryAnswer.Nothing());
                case Effect.Refuse(var refusal) -> tried(new TryAnswer.Refused(refusal));
                case Effect.Settle(var settlement) -> {
                    history.settled(branch, Objects.requireNonNull(told), settlement);
                    reply(new TccMessage.Settled(branch, settlement));
                }
                case Effect.AskAgain _ -> {}
            }
        }

        private void tried(TryAnswer answer) {
            history.tried(branch, answer);
            reply(new TccMessage.Tried(branch, answer));
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
                                case WORKED, ACCEPTED -> Evidence.TRIED;
                                case USED -> Evidence.CONFIRMED;
                                case UNDONE, REJECTED -> Evidence.CANCELLED;
                                case FENCED -> Evidence.FENCED;
                                case FORGOTTEN -> Evidence.FORGOTTEN;
                            });
                case LocalDatabase.Reply.Committed _ -> new Input.Committed();
                case LocalDatabase.Reply.Refused(var code) -> new Input.Refused(Refusal.of(code, code));
                case LocalDatabase.Reply.Nothing _ -> new Input.NothingToDo();
                case LocalDatabase.Reply.Gone _ -> new Input.ReservationGone();
                case LocalDatabase.Reply.Lost _ -> new Input.Lost();
            };
        }

        private void reply(TccMessage message) {
            if (asker != null) {
                node.send(asker, message);
            }
        }
    }
}
