package io.covenant.transactions.replay;

import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.PaxosCommit;
import io.covenant.transactions.paxoscommit.PaxosCommit.Effect;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.paxoscommit.PaxosCommit.State;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// Paxos Commit, as one leader records it. The votes go to the acceptors, and what an acceptor says is not recorded: so
/// a leader may learn of any decision that the acceptors can have taken. COMMIT they can only when every branch was
/// asked; by whom, only the leader that began knows.
record PaxosRelation(Cast cast) implements LeaderRelation<PaxosRelation.World> {

    /// What they are called does not matter, only that two of them are a majority.
    private static final List<String> ACCEPTORS = List.of("one", "two", "three");

    private static final PaxosCommit CORE = new PaxosCommit(ACCEPTORS);
    private static final Ballot BALLOT = new Ballot(1, "leader", 0);

    /// The branches of what had ended before this leader came.
    private static final Plan NOBODY_KNOWS = new Plan(new TreeMap<>(
            Map.of(new BranchId(new TransactionId(new UUID(0, 0)), new Attempt(0), "unknown"), "unknown")));

    /// @param asked    what the protocol has asked this leader for
    /// @param prepared the branches that were sent their work
    /// @param lostPast whether another leader began
    /// @param client   what clients were told
    record World(
            Optional<State> state,
            Set<Effect> asked,
            Set<BranchId> prepared,
            boolean lostPast,
            Optional<Decision> client)
            implements Led {

        World {
            asked = Set.copyOf(asked);
            prepared = Set.copyOf(prepared);
        }

        private World prepares(BranchId branch) {
            var more = new HashSet<>(prepared);
            more.add(branch);
            return new World(state, asked, more, lostPast, client);
        }

        private World answers(Decision decision) {
            return new World(state, asked, prepared, lostPast, Optional.of(decision));
        }
    }

    @Override
    public World start() {
        return new World(Optional.empty(), Set.of(), Set.of(), false, Optional.empty());
    }

    private Plan plan() {
        return new Plan(cast.services());
    }

    // What is not recorded

    @Override
    public Set<World> silently(World world) {
        var next = new LinkedHashSet<World>();
        world.state().ifPresent(state -> {
            switch (state) {
                case State.Claiming claiming -> {
                    var promised = world;
                    for (var acceptor : ACCEPTORS) {
                        promised = hearing(
                                promised,
                                new Input.Heard(acceptor, new Reply.Promised(claiming.ballot(), Optional.empty())));
                    }
                    next.add(promised);
                    learned(world, next);
                }
                case State.Voting _, State.Proposing _, State.Outbid _ -> learned(world, next);
                case State.Telling _, State.Finished _, State.Gone _ -> {}
            }
        });
        return next;
    }

    private void learned(World world, Set<World> next) {
        var outcomes = new LinkedHashSet<Outcome>();
        outcomes.add(Outcome.NOTHING);
        if (cast.branches().isEmpty() && world.lostPast()) {
            outcomes.add(Outcome.commit(NOBODY_KNOWS));
        }
        if (!cast.branches().isEmpty()) {
            outcomes.add(Outcome.abort(plan()));
            if (world.lostPast() || world.prepared().containsAll(cast.all())) {
                outcomes.add(Outcome.commit(plan()));
            }
        }
        for (var outcome : outcomes) {
            for (var ended : List.of(false, true)) {
                next.add(hearing(world, new Input.Heard(ACCEPTORS.getFirst(), new Reply.Closed(outcome, ended))));
            }
        }
    }

    // What is recorded

    @Override
    public Set<World> recording(World world, Event event) {
        if (TraceReplay.saysNothing(event)) {
            return Set.of(world);
        }
        var branch = cast.of(event);
        if (branch.isPresent()) {
            return ofBranch(world, event, branch.get());
        }
        return switch (event.event()) {
            case "begun" -> world.state().isEmpty() ? Set.of(stepped(world, CORE.begin(BALLOT, plan()))) : Set.of();
            case "taken-over" ->
                Set.of(stepped(
                        new World(Optional.empty(), Set.of(), world.prepared(), true, world.client()),
                        CORE.takeOver(BALLOT)));
            case "deadline-passed" ->
                world.client().isEmpty() && world.state().isPresent()
                        ? Set.of(hearing(world, new Input.Expired()))
                        : Set.of();
            case "decided" ->
                Cast.decision(event)
                        .filter(decision -> answers(world, decision))
                        .filter(decision ->
                                world.client().filter(told -> told != decision).isEmpty())
                        .map(decision -> Set.of(world.answers(decision)))
                        .orElse(Set.of());
            case "finished" -> isOver(world) ? Set.of(world) : Set.of();
            default -> Set.of();
        };
    }

    @Override
    public boolean answers(World world, Decision decision) {
        return world.asked().stream()
                .anyMatch(effect -> effect instanceof Effect.Answer(var outcome) && outcome.decision() == decision);
    }

    private Set<World> ofBranch(World world, Event event, BranchId branch) {
        var isAsked = world.asked().stream()
                .anyMatch(effect -> effect instanceof Effect.Prepare(var to, var _, var _) && to.equals(branch));
        return switch (event.event()) {
            case "prepare-sent" -> isAsked ? Set.of(world.prepares(branch)) : Set.of();
            case "prepare-unanswered" -> isAsked ? Set.of(world) : Set.of();
            case "voted" ->
                Cast.vote(event)
                        .filter(_ -> isAsked && world.client().isEmpty())
                        .map(vote -> Set.of(voted(world, branch, vote)))
                        .orElse(Set.of());
            case "told" ->
                Cast.decision(event)
                        .filter(decision -> world.client().isPresent() && isToBeTold(world, branch, decision))
                        .map(_ -> Set.of(world))
                        .orElse(Set.of());
            case "acknowledged", "settled-by-hand" ->
                world.client().isPresent() ? Set.of(hearing(world, new Input.Acked(branch, Ack.DONE))) : Set.of();
            case "hazard" ->
                world.client().isPresent() ? Set.of(hearing(world, new Input.Acked(branch, Ack.HAZARD))) : Set.of();
            default -> Set.of();
        };
    }

    /// A yes goes to the acceptors; that a branch refuses, the leader hears itself.
    private static World voted(World world, BranchId branch, Vote vote) {
        return switch (vote) {
            case Vote.Yes _ -> world;
            case Vote.No _, Vote.ReadOnly _ -> hearing(world, new Input.Refused(branch));
        };
    }

    /// A branch of which the decision knows nothing, and that was asked here, aborts.
    private static boolean isToBeTold(World world, BranchId branch, Decision decision) {
        return world.asked().stream().anyMatch(effect -> switch (effect) {
            case Effect.Tell(var to, var _, var told) -> to.equals(branch) && told == decision;
            case Effect.Answer(var outcome) -> decision == Decision.ABORT && outcome.of(branch) == Decision.ABORT;
            case Effect.Ask _, Effect.Prepare _, Effect.GiveUp _ -> false;
        });
    }

    // Steps

    private static World hearing(World world, Input input) {
        return world.state().map(state -> stepped(world, CORE.on(state, input))).orElse(world);
    }

    private static World stepped(World world, Step<State, Effect> step) {
        var asked = new HashSet<>(world.asked());
        step.effects().stream()
                .filter(effect -> !(effect instanceof Effect.Ask))
                .forEach(asked::add);
        return new World(Optional.of(step.next()), asked, world.prepared(), world.lostPast(), world.client());
    }

    // What is known

    @Override
    public boolean isFinished(Object state) {
        return state instanceof State.Finished;
    }
}
