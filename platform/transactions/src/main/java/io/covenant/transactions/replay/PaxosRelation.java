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
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/// Paxos Commit, as one leader records it. The votes go to the acceptors, and what an acceptor says is not recorded: so
/// a leader may learn of any decision that the acceptors can have taken. COMMIT they can only when every branch was
/// asked; by whom, only the leader that began knows.
///
/// Two leaders may begin attempts of one transaction. The one whose attempt was not decided records that it was
/// overtaken, and shows the branches of the other.
///
/// @param cast of the attempt that is shown
/// @param lost of the attempt that this leader began, where another overtook it, as far as its timeline names it
record PaxosRelation(Cast cast, Optional<Cast> lost) implements LeaderRelation<PaxosRelation.World> {

    private static final String OVERTAKEN = "overtaken";

    /// What they are called does not matter, only that two of them are a majority.
    private static final List<String> ACCEPTORS = List.of("one", "two", "three");

    private static final PaxosCommit CORE = new PaxosCommit(ACCEPTORS);
    private static final Ballot BALLOT = new Ballot(1, "leader", 0);

    /// Of which only names are on record.
    private static final Attempt UNKNOWN = new Attempt(0);

    /// The branches of what had ended before this leader came.
    private static final Plan NOBODY_KNOWS = new Plan(new TreeMap<>(
            Map.of(new BranchId(new TransactionId(new UUID(0, 0)), UNKNOWN, "unknown"), "unknown")));

    /// @param asked    what the protocol has asked this leader for
    /// @param prepared the branches that were sent their work
    /// @param past     who began
    /// @param client   what clients were told
    record World(Optional<State> state, Set<Effect> asked, Set<BranchId> prepared, Past past, Optional<Decision> client)
            implements Led {

        World {
            asked = Set.copyOf(asked);
            prepared = Set.copyOf(prepared);
        }

        private World prepares(BranchId branch) {
            var more = new HashSet<>(prepared);
            more.add(branch);
            return new World(state, asked, more, past, client);
        }

        private World overtaken() {
            return new World(state, asked, prepared, Past.OVERTAKEN, client);
        }

        private World answers(Decision decision) {
            return new World(state, asked, prepared, past, Optional.of(decision));
        }
    }

    enum Past {
        /// This leader, as far as it knows.
        OWN,
        /// Another one, whose story is lost.
        LOST,
        /// This one, and another whose attempt was decided.
        OVERTAKEN
    }

    static PaxosRelation of(TransactionResource transaction, Cast cast) {
        var timeline = transaction.timeline();
        var overtaken = timeline.stream().anyMatch(event -> event.event().equals(OVERTAKEN));
        return new PaxosRelation(cast, overtaken ? Optional.of(lost(transaction, cast)) : Optional.empty());
    }

    private static Cast lost(TransactionResource transaction, Cast cast) {
        var asked = transaction.timeline().stream()
                .takeWhile(event -> !event.event().equals(OVERTAKEN))
                .flatMap(event -> Optional.ofNullable(event.branch()).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        var names = asked.isEmpty() ? cast.branches().keySet() : asked;
        var branches = names.stream()
                .collect(Collectors.toMap(
                        name -> name, name -> new BranchId(new TransactionId(transaction.id()), UNKNOWN, name)));
        var services = new TreeMap<BranchId, String>();
        branches.forEach((name, id) -> services.put(id, name));
        return new Cast(branches, services, Set.of());
    }

    @Override
    public World start() {
        return new World(Optional.empty(), Set.of(), Set.of(), Past.OWN, Optional.empty());
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
        for (var outcome : lost.isPresent() ? decidedOfAnother(world) : decided(world)) {
            for (var ended : List.of(false, true)) {
                next.add(hearing(world, new Input.Heard(ACCEPTORS.getFirst(), new Reply.Closed(outcome, ended))));
            }
        }
    }

    private Set<Outcome> decided(World world) {
        var outcomes = new LinkedHashSet<Outcome>();
        outcomes.add(Outcome.NOTHING);
        if (cast.branches().isEmpty() && world.past() == Past.LOST) {
            outcomes.add(Outcome.commit(NOBODY_KNOWS));
        }
        if (!cast.branches().isEmpty()) {
            outcomes.add(Outcome.abort(plan()));
            if (world.past() == Past.LOST || world.prepared().containsAll(cast.all())) {
                outcomes.add(Outcome.commit(plan()));
            }
        }
        return outcomes;
    }

    /// Nothing, until this leader has recorded that it knows.
    private Set<Outcome> decidedOfAnother(World world) {
        return world.past() == Past.OVERTAKEN && !cast.branches().isEmpty()
                ? Set.of(Outcome.abort(plan()), Outcome.commit(plan()))
                : Set.of();
    }

    // What is recorded

    @Override
    public Set<World> recording(World world, Event event) {
        if (TraceReplay.saysNothing(event)) {
            return Set.of(world);
        }
        if (event.branch() != null) {
            return ofEitherAttempt(world, event);
        }
        return switch (event.event()) {
            case "begun" ->
                world.state().isEmpty() && !begun().branches().isEmpty()
                        ? Set.of(stepped(world, CORE.begin(BALLOT, new Plan(begun().services()))))
                        : Set.of();
            case OVERTAKEN ->
                world.past() == Past.OWN
                                && world.state().isPresent()
                                && world.client().isEmpty()
                        ? Set.of(world.overtaken())
                        : Set.of();
            case "taken-over" ->
                Set.of(stepped(
                        new World(Optional.empty(), Set.of(), world.prepared(), Past.LOST, world.client()),
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

    /// Of the attempt that this leader began.
    private Cast begun() {
        return lost.orElse(cast);
    }

    /// Both attempts may have branches of one name.
    private Set<World> ofEitherAttempt(World world, Event event) {
        if (world.past() != Past.OVERTAKEN) {
            return begun().of(event)
                    .map(branch -> ofBranch(world, event, branch))
                    .orElse(Set.of());
        }
        var next = new LinkedHashSet<World>();
        cast.of(event).ifPresent(branch -> next.addAll(ofBranch(world, event, branch)));
        lost.flatMap(attempt -> attempt.of(event)).ifPresent(_ -> next.addAll(ofLostBranch(world, event)));
        return next;
    }

    /// It aborts, whatever was decided, and nobody waits for it.
    private static Set<World> ofLostBranch(World world, Event event) {
        var may = switch (event.event()) {
            case "told" -> world.client().isPresent() && Cast.decision(event).equals(Optional.of(Decision.ABORT));
            case "prepare-unanswered" -> true;
            case "acknowledged", "hazard" -> world.client().isPresent();
            default -> false;
        };
        return may ? Set.of(world) : Set.of();
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
        return new World(Optional.of(step.next()), asked, world.prepared(), world.past(), world.client());
    }

    // What is known

    @Override
    public boolean isFinished(Object state) {
        return state instanceof State.Finished;
    }
}
