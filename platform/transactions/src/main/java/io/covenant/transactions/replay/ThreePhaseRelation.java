package io.covenant.transactions.replay;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Step;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.ThreePhaseCommit;
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Three-phase commit. Where the sites stand is not recorded, so a site may answer an election as any site may that
/// has seen what is recorded: pre-committed only when a pre-commit was sent, decided only as nobody has heard
/// otherwise.
record ThreePhaseRelation(Cast cast) implements LeaderRelation<ThreePhaseRelation.World> {

    private static final Site COORDINATORS = new Site.Coordinators();

    /// @param asked    what the protocol has asked this coordinator for
    /// @param told     the branches that were told, or need not be
    /// @param sealed   what a site may be pre-committed to, by whomsoever
    /// @param adopted  whether it was taken over, and has not gone on yet
    /// @param lostPast whether the timeline begins with a take-over
    /// @param client   what clients were told
    record World(
            Optional<State> state,
            long elector,
            Set<Effect> asked,
            Set<BranchId> told,
            Optional<Outcome> sealed,
            boolean adopted,
            boolean lostPast,
            Optional<Decision> client)
            implements Led {

        World {
            asked = Set.copyOf(asked);
            told = Set.copyOf(told);
        }

        private World tells(BranchId branch) {
            var more = new HashSet<>(told);
            more.add(branch);
            return new World(state, elector, asked, more, sealed, adopted, lostPast, client);
        }

        private World answers(Decision decision) {
            return new World(state, elector, asked, told, sealed, adopted, lostPast, Optional.of(decision));
        }

        private World electedBy(long number) {
            return new World(state, number, asked, told, sealed, adopted, lostPast, client);
        }
    }

    @Override
    public World start() {
        return new World(Optional.empty(), 0, Set.of(), Set.of(), Optional.empty(), false, false, Optional.empty());
    }

    // What is not recorded

    @Override
    public Set<World> silently(World world) {
        var next = new LinkedHashSet<World>();
        for (var effect : world.asked()) {
            if (!(effect instanceof Effect.Tell(var site, var outcome))) {
                continue;
            }
            switch (site) {
                case Site.Coordinators _ -> next.addAll(changing(world, new Input.Acked(site, Ack.DONE)));
                // Whoever never heard of it, or has refused meanwhile, need not be told of an abort.
                case Site.Branch(var branch) -> {
                    if (outcome.decisionFor(branch) == Decision.ABORT
                            && !world.told().contains(branch)) {
                        next.addAll(changing(world.tells(branch), new Input.Acked(site, Ack.DONE)));
                    }
                }
            }
        }
        return next;
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
            case "begun" ->
                world.state().isEmpty() && !world.adopted()
                        ? Set.of(stepped(world, ThreePhaseCommit.begin(cast.all())))
                        : Set.of();
            case "taken-over" -> Set.of(takenOver(world));
            case "deadline-passed" ->
                world.state().filter(State.Voting.class::isInstance).isPresent()
                        ? changing(world, new Input.Expired())
                        : Set.of();
            case "votes-in" -> attempting(world).isPresent() ? Set.of(world) : Set.of();
            case "election" ->
                election(event).map(elected -> stands(world, elected)).orElse(Set.of());
            case "attempt" -> attempted(world, event);
            case "moved" -> COORDINATORS.toString().equals(event.detail()) ? moved(world, COORDINATORS) : Set.of();
            case "outrun" -> outrun(world, event);
            case "decided" ->
                Cast.decision(event).map(decision -> decided(world, decision)).orElse(Set.of());
            case "finished" -> world.asked().stream().anyMatch(Effect.End.class::isInstance) ? Set.of(world) : Set.of();
            default -> Set.of();
        };
    }

    private static World takenOver(World world) {
        return new World(
                Optional.empty(),
                0,
                Set.of(),
                Set.of(),
                world.sealed(),
                true,
                world.lostPast() || (world.state().isEmpty() && !world.adopted()),
                world.client());
    }

    // Elections

    private static Optional<Election> election(Event event) {
        return Optional.ofNullable(event.detail()).flatMap(ThreePhaseRelation::election);
    }

    private static Optional<Election> election(String text) {
        var point = text.indexOf('.');
        try {
            return point < 1
                    ? Optional.empty()
                    : Optional.of(new Election(
                            Integer.parseInt(text.substring(0, point)),
                            Long.parseUnsignedLong(text.substring(point + 1), 36)));
        } catch (NumberFormatException notOurs) {
            return Optional.empty();
        }
    }

    private Set<World> stands(World world, Election election) {
        var named = world.electedBy(election.elector());
        var next = world.adopted() && world.state().isEmpty()
                ? Set.of(stepped(named, core(named).terminate(cast.all())))
                : world.state().filter(State.Outrun.class::isInstance).isPresent()
                        ? changing(named, new Input.Retry())
                        : Set.<World>of();
        return only(
                next,
                state -> state instanceof State.Electing electing
                        && electing.election().equals(election));
    }

    private static Optional<State.Attempting> attempting(World world) {
        return world.state().filter(State.Attempting.class::isInstance).map(State.Attempting.class::cast);
    }

    private static Optional<State.Electing> electing(World world) {
        return world.state().filter(State.Electing.class::isInstance).map(State.Electing.class::cast);
    }

    private Set<World> attempted(World world, Event event) {
        var words = String.valueOf(event.detail()).split(" in ", 2);
        var election = words.length == 2 ? election(words[1]) : Optional.<Election>empty();
        if (election.isEmpty()) {
            return Set.of();
        }
        var next = new LinkedHashSet<World>();
        if (attempting(world).isPresent()) {
            next.add(world);
        }
        electing(world).ifPresent(electing -> {
            next.addAll(elected(world, electing, Standing.NEW));
            mayBeSealed(world)
                    .flatMap(commit -> Standing.NEW.attempted(Election.FIRST, commit))
                    .ifPresent(preCommitted -> next.addAll(elected(world, electing, preCommitted)));
        });
        return only(
                next,
                state -> state instanceof State.Attempting attempting
                        && attempting.election().equals(election.get())
                        && attempting.outcome().decision().name().equals(words[0])
                        && world.client()
                                .filter(told -> told != attempting.outcome().decision())
                                .isEmpty());
    }

    /// By a quorum of which one stands like this, and the others wherever they stand.
    private Set<World> elected(World world, State.Electing electing, Standing standing) {
        var now = world;
        for (var site : electing.electorate().sites()) {
            now = hearing(now, new Input.Elected(site, electing.election(), standing));
            if (attempting(now).isPresent()) {
                return Set.of(now);
            }
        }
        return Set.of();
    }

    private Optional<Outcome> mayBeSealed(World world) {
        return world.sealed().isEmpty() && world.lostPast()
                ? Optional.of(Outcome.commit(cast.writers()))
                : world.sealed();
    }

    private Set<World> moved(World world, Site site) {
        var asked = world.asked().stream()
                .filter(Effect.Attempt.class::isInstance)
                .map(Effect.Attempt.class::cast)
                .filter(attempt -> attempt.to().equals(site))
                .toList();
        var next = new LinkedHashSet<World>();
        for (var attempt : asked) {
            next.add(hearing(world, new Input.Accepted(site, attempt.election())));
        }
        return next;
    }

    private Set<World> outrun(World world, Event event) {
        var by = Optional.ofNullable(event.detail())
                .filter(text -> text.startsWith("by "))
                .flatMap(text -> election(text.substring("by ".length())));
        var mine = world.state().flatMap(state -> switch (state) {
            case State.Electing electing -> Optional.of(electing.election());
            case State.Attempting attempting -> Optional.of(attempting.election());
            case State.Voting _, State.Outrun _, State.Telling _, State.Finished _ -> Optional.<Election>empty();
        });
        if (by.isEmpty() || mine.isEmpty()) {
            return Set.of();
        }
        var standing = new Standing(by.get(), Election.NONE, Standing.Position.WAITING, new TreeSet<>());
        return changing(world, new Input.Refused(COORDINATORS, mine.get(), standing));
    }

    // Decisions

    private Set<World> decided(World world, Decision decision) {
        if (world.client().filter(told -> told != decision).isPresent()) {
            return Set.of();
        }
        var next = new LinkedHashSet<World>();
        if (answers(world, decision)) {
            next.add(world.answers(decision));
        }
        var outcome = decision == Decision.ABORT ? Optional.of(Outcome.ABORT) : mayBeSealed(world);
        if (outcome.isEmpty()) {
            return next;
        }
        if (world.adopted() && world.state().isEmpty() && decision == Decision.COMMIT) {
            next.add(stepped(world.answers(decision), ThreePhaseCommit.resume(cast.all(), outcome.get())));
        }
        // A site may have heard of it from somebody else.
        var knows = Standing.NEW.learned(outcome.get());
        world.state().ifPresent(state -> {
            switch (state) {
                case State.Electing electing ->
                    next.addAll(learned(world, new Input.Elected(COORDINATORS, electing.election(), knows), decision));
                case State.Attempting attempting ->
                    next.addAll(
                            learned(world, new Input.Refused(COORDINATORS, attempting.election(), knows), decision));
                case State.Voting _, State.Outrun _, State.Telling _, State.Finished _ -> {}
            }
        });
        return next;
    }

    private Set<World> learned(World world, Input input, Decision decision) {
        var next = hearing(world, input);
        return answers(next, decision) ? Set.of(next.answers(decision)) : Set.of();
    }

    @Override
    public boolean answers(World world, Decision decision) {
        return world.asked().contains(new Effect.Answer(decision))
                || world.asked().contains(new Effect.Close(decision));
    }

    // Branches

    private Set<World> ofBranch(World world, Event event, BranchId branch) {
        var site = new Site.Branch(branch);
        var isPrepared = world.asked().stream()
                .anyMatch(effect -> effect instanceof Effect.Prepare(var to, var _) && to.equals(branch));
        return switch (event.event()) {
            case "prepare-sent", "prepare-unanswered" -> isPrepared ? Set.of(world) : Set.of();
            case "voted" ->
                Cast.vote(event)
                        .filter(_ -> isPrepared)
                        .map(vote -> changing(world, new Input.Voted(branch, vote)))
                        .orElse(Set.of());
            case "moved" -> moved(world, site);
            case "told" ->
                Cast.decision(event)
                        .map(decision -> told(world, branch, decision))
                        .orElse(Set.of());
            case "acknowledged" -> world.told().contains(branch) ? acked(world, site, Ack.DONE) : Set.of();
            case "hazard" -> world.told().contains(branch) ? acked(world, site, Ack.HAZARD) : Set.of();
            default -> Set.of();
        };
    }

    private Set<World> told(World world, BranchId branch, Decision decision) {
        var here = world.adopted()
                        && world.state().isEmpty()
                        && decision == Decision.ABORT
                        && world.client().equals(Optional.of(Decision.ABORT))
                ? stepped(world, ThreePhaseCommit.resume(cast.all(), Decision.ABORT))
                : world;
        var mayBeTold = decision == Decision.ABORT || here.client().equals(Optional.of(decision));
        return mayBeTold
                        && !here.told().contains(branch)
                        && here.asked().stream()
                                .anyMatch(effect -> effect instanceof Effect.Tell(Site.Branch(var to), var outcome)
                                        && to.equals(branch)
                                        && outcome.decisionFor(branch) == decision)
                ? Set.of(here.tells(branch))
                : Set.of();
    }

    private Set<World> acked(World world, Site site, Ack ack) {
        return Set.of(hearing(world, new Input.Acked(site, ack)));
    }

    // Steps

    private static ThreePhaseCommit core(World world) {
        return new ThreePhaseCommit(world.elector());
    }

    private World hearing(World world, Input input) {
        return world.state()
                .map(state -> stepped(world, core(world).on(state, input)))
                .orElse(world);
    }

    private Set<World> changing(World world, Input input) {
        var next = hearing(world, input);
        return next.state().equals(world.state()) ? Set.of() : Set.of(next);
    }

    private static Set<World> only(Collection<World> worlds, Predicate<State> which) {
        var some = new LinkedHashSet<World>();
        worlds.stream().filter(world -> world.state().filter(which).isPresent()).forEach(some::add);
        return some;
    }

    private static World stepped(World world, Step<State, Effect> step) {
        var asked = new HashSet<>(world.asked());
        asked.addAll(step.effects());
        var sealed = world.sealed();
        for (var effect : step.effects()) {
            if (effect instanceof Effect.Attempt(var _, var _, var outcome) && outcome.decision() == Decision.COMMIT) {
                sealed = Optional.of(outcome);
            }
        }
        return new World(
                Optional.of(step.next()),
                world.elector(),
                asked,
                world.told(),
                sealed,
                false,
                world.lostPast(),
                world.client());
    }

    // What is known

    @Override
    public boolean isFinished(Object state) {
        return state instanceof State.Finished;
    }

    @Override
    public String describe(World world) {
        return world.adopted() && world.state().isEmpty() ? "a take-over" : LeaderRelation.super.describe(world);
    }
}
