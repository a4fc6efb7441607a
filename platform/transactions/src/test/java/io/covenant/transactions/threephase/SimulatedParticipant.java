package io.covenant.transactions.threephase;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Effect;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.threephase.ThreePhaseParticipant.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One instance of a participating service: a conversation of the core per request, and a sweep of prepared
/// branches.
final class SimulatedParticipant implements Program {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofMillis(900);

    /// What the row of a branch's site is found by.
    record SiteKey(BranchId branch) {}

    /// A row of the table of sites.
    ///
    /// @param works the electorate; empty until the branch's prepare has come
    record SiteRow(Standing standing, List<BranchWork> works) {
        private static final SiteRow NEW = new SiteRow(Standing.NEW, List.of());
    }

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
                case Message.Prepare(var branch, var works) ->
                    new Conversation(branch, works, Outcome.ABORT, from).on(new Input.PrepareAsked());
                case Message.Ask(var branch, var request) ->
                    new Conversation(branch, List.of(), Outcome.ABORT, from).on(new Input.Asked(request));
                case Message.Tell(var branch, var outcome) ->
                    new Conversation(branch, List.of(), outcome, from)
                            .on(new Input.Told(outcome, outcome.decisionFor(branch)));
                case Message.Voted _, Message.Answered _, Message.Acked _, Message.Inquire _ ->
                    throw new IllegalArgumentException("not for a participant: " + known);
            }
        }
    }

    private void sweep() {
        ask(new SimulatedDatabase.Request.ListPrepared(SWEEP), reply -> {
            if (reply instanceof List<?> branches) {
                for (var branch : branches) {
                    new Conversation((BranchId) branch, List.of(), Outcome.ABORT, null)
                            .on(new Input.Asked(new Request.TimedOut()));
                }
            }
        });
    }

    private void ask(SimulatedDatabase.Request request, Consumer<Object> onReply) {
        node.ask(database, request, PATIENCE, onReply, () -> {});
    }

    /// One request, from its arrival to the reply.
    private final class Conversation {

        private final BranchId branch;
        private final List<BranchWork> works;
        private final @Nullable String asker;
        private final long session = node.world().nextNumber();
        private Outcome told;
        private List<BranchWork> electorate = List.of();
        private State state = new State.Idle();

        Conversation(BranchId branch, List<BranchWork> works, Outcome told, @Nullable String asker) {
            this.branch = branch;
            this.works = works;
            this.told = told;
            this.asker = asker;
        }

        void on(Input input) {
            history.heard(input, state);
            var step = core.on(state, input);
            state = step.next();
            step.effects().forEach(this::perform);
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Enroll _ -> update(this::enrolled, _ -> on(new Input.Enrolled()));
                case Effect.Open _ -> open();
                // It is written already, in the transaction that opened the row.
                case Effect.Force _ -> on(new Input.Forced());
                case Effect.Note(var outcome) -> {
                    told = outcome;
                    update(
                            row -> unforced(new SiteRow(row.standing().learned(outcome), row.works())),
                            _ -> on(new Input.Noted()));
                }
                case Effect.Do(var work) -> work(work);
                case Effect.Elected(var election, var standing) ->
                    answer(new ThreePhaseCommit.Input.Elected(site(), election, standing));
                case Effect.Accepted(var election) -> {
                    history.moved();
                    answer(new ThreePhaseCommit.Input.Accepted(site(), election));
                }
                case Effect.Refused(var election, var standing) ->
                    answer(new ThreePhaseCommit.Input.Refused(site(), election, standing));
                case Effect.Cast(var vote) -> {
                    history.voted(branch, vote);
                    reply(new Message.Voted(branch, vote));
                }
                case Effect.Confirm(var ack) -> {
                    history.confirmed(branch, told.decisionFor(branch), ack);
                    reply(new Message.Acked(branch, ack));
                }
                case Effect.Inquire _ ->
                    node.send(node.dice().pick(coordinators), new Message.Inquire(branch, electorate));
                case Effect.AskAgain _ -> {}
            }
        }

        private void work(TwoPhaseParticipant.Effect effect) {
            switch (effect) {
                case TwoPhaseParticipant.Effect.Work _ ->
                    askDatabase(new SimulatedDatabase.Request.Work(
                            session, node.incarnation(), branch, BranchWork.named(branch.name(), works)));
                case TwoPhaseParticipant.Effect.Prepare _ ->
                    askDatabase(new SimulatedDatabase.Request.Prepare(session));
                case TwoPhaseParticipant.Effect.Finish(var decision) ->
                    askDatabase(new SimulatedDatabase.Request.Finish(branch, decision));
                case TwoPhaseParticipant.Effect.Look _ -> askDatabase(new SimulatedDatabase.Request.Look(branch));
                case TwoPhaseParticipant.Effect.Fence _ -> askDatabase(new SimulatedDatabase.Request.Fence(branch));
                case TwoPhaseParticipant.Effect.Cast _,
                        TwoPhaseParticipant.Effect.Confirm _,
                        TwoPhaseParticipant.Effect.AskAgain _ ->
                    throw new IllegalStateException("a reply is not work: " + effect);
            }
        }

        private SimulatedDatabase.Updated enrolled(SiteRow row) {
            return row.works().isEmpty()
                    ? unforced(new SiteRow(row.standing(), works))
                    : new SimulatedDatabase.Updated(Optional.empty(), false, row);
        }

        /// Reads the row and writes what the core makes of it, in one transaction.
        private void open() {
            var opening = state;
            update(
                    row -> {
                        var step = core.on(opening, new Input.Found(row.standing()));
                        return step.effects().getFirst() instanceof Effect.Force(var standing)
                                ? new SimulatedDatabase.Updated(
                                        Optional.of(new SiteRow(standing, row.works())), forces(standing), row)
                                : new SimulatedDatabase.Updated(Optional.empty(), false, row);
                    },
                    found -> {
                        var row = (SiteRow) found;
                        electorate = row.works();
                        history.stood(AttemptKey.of(branch), row.standing());
                        on(new Input.Found(row.standing()));
                    });
        }

        private boolean forces(Standing standing) {
            return standing.lastElected().equals(standing.lastAttempt())
                    ? !bugs.contains(PlantedBug.ATTEMPT_NOT_FORCED)
                    : !bugs.contains(PlantedBug.ELECTION_NOT_FORCED);
        }

        private SimulatedDatabase.Updated unforced(SiteRow row) {
            return new SimulatedDatabase.Updated(Optional.of(row), false, row);
        }

        private void update(Function<SiteRow, SimulatedDatabase.Updated> how, Consumer<Object> onReply) {
            var request = new SimulatedDatabase.Request.Update(
                    new SiteKey(branch), row -> how.apply((SiteRow) row.orElse(SiteRow.NEW)));
            node.ask(database, request, PATIENCE, onReply, () -> on(new Input.Lost()));
        }

        private void askDatabase(SimulatedDatabase.Request request) {
            node.ask(
                    database,
                    request,
                    PATIENCE,
                    reply -> on(new Input.Heard((TwoPhaseParticipant.Input) reply)),
                    () -> {
                        ask(new SimulatedDatabase.Request.Hangup(session), reply -> {});
                        on(new Input.Lost());
                    });
        }

        private Site site() {
            return new Site.Branch(branch);
        }

        private void answer(ThreePhaseCommit.Input answer) {
            reply(new Message.Answered(branch, answer));
        }

        private void reply(Message message) {
            if (asker != null) {
                node.send(asker, message);
            }
        }
    }
}
