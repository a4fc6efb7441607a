package io.covenant.transactions.replay;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.replay.Reading.Deed;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A protocol whose decision is a row in the write-once register, or a closed begin record.
///
/// @param <S> the protocol's states
/// @param <I> its inputs
/// @param <E> its effects
record RegisterRelation<S, I, E>(Reading<S, I, E> reading, Cast cast) implements Relation<RegisterRelation.World<S>> {

    /// What the register holds.
    record Row(Decision decision, Set<BranchId> sealed) {}

    /// @param asked     what the protocol has asked this coordinator for
    /// @param told      the branches that were told, or need not be
    /// @param proposals what may still reach the register, by whomsoever
    /// @param lostPast  whether the timeline begins with a take-over
    /// @param client    what clients were told
    record World<S>(
            Optional<S> state,
            Set<Deed> asked,
            Set<BranchId> told,
            Set<Row> proposals,
            Optional<Row> register,
            boolean lostPast,
            Optional<Decision> client) {

        World {
            asked = Set.copyOf(asked);
            told = Set.copyOf(told);
            proposals = Set.copyOf(proposals);
        }

        private World<S> tells(BranchId branch) {
            return new World<>(state, asked, with(told, branch), proposals, register, lostPast, client);
        }

        private World<S> holds(Row row) {
            return new World<>(state, asked, told, proposals, Optional.of(row), lostPast, client);
        }

        private World<S> answers(Decision decision) {
            return new World<>(state, asked, told, proposals, register, lostPast, Optional.of(decision));
        }

        private static <T> Set<T> with(Set<T> some, T one) {
            var more = new HashSet<>(some);
            more.add(one);
            return more;
        }
    }

    @Override
    public World<S> start() {
        return new World<>(Optional.empty(), Set.of(), Set.of(), Set.of(), Optional.empty(), false, Optional.empty());
    }

    // What is not recorded

    @Override
    public Set<World<S>> silently(World<S> world) {
        var next = new LinkedHashSet<World<S>>();
        if (world.register().isEmpty()) {
            world.proposals().forEach(proposal -> next.add(world.holds(admitted(world, proposal))));
            // Whoever asks in doubt may decide it so.
            next.add(world.holds(admitted(world, new Row(Decision.ABORT, Set.of()))));
            if (world.lostPast()) {
                next.add(world.holds(new Row(Decision.COMMIT, Set.copyOf(cast.writers()))));
            }
        }
        world.register()
                .flatMap(row -> reading.chosen(row.decision(), row.sealed()))
                .ifPresent(chosen -> next.addAll(changing(world, chosen)));
        // Whoever never heard of it, or has refused meanwhile, need not be told of an abort.
        for (var deed : world.asked()) {
            if (deed instanceof Deed.Tell(var to, var decision)
                    && decision == Decision.ABORT
                    && !world.told().contains(to)) {
                next.addAll(changing(world.tells(to), reading.acknowledged(to)));
            }
        }
        return next;
    }

    /// Beside a closed begin record nothing else is decided.
    private Row admitted(World<S> world, Row proposal) {
        return world.client()
                .filter(_ -> proposal.decision() == Decision.ABORT)
                .map(closed -> new Row(closed, Set.<BranchId>of()))
                .orElse(proposal);
    }

    // What is recorded

    @Override
    public Set<World<S>> recording(World<S> world, Event event) {
        var branch = cast.of(event);
        if (TraceReplay.saysNothing(event)) {
            return Set.of(world);
        }
        if (branch.isPresent()) {
            return ofBranch(world, event, branch.get());
        }
        return switch (event.event()) {
            case "begun" -> world.state().isEmpty() ? Set.of(begun(world)) : Set.of();
            case "taken-over" -> Set.of(takenOver(world));
            case "deadline-passed", "reservation-over" -> changing(world, reading.expired());
            case "votes-in" -> proposes(world, Decision.COMMIT) ? Set.of(world) : Set.of();
            case "decision-proposed" ->
                Cast.decision(event)
                        .filter(decision -> proposes(world, decision))
                        .map(_ -> Set.of(world))
                        .orElse(Set.of());
            case "decided" ->
                Cast.decision(event).map(decision -> decided(world, decision)).orElse(Set.of());
            case "finished" -> world.asked().stream().anyMatch(Deed.End.class::isInstance) ? Set.of(world) : Set.of();
            default -> Set.of();
        };
    }

    private World<S> begun(World<S> world) {
        return stepped(world, reading.begin(cast.all()));
    }

    /// Whoever takes over knows nothing of what the one before was about to do; only what was sent lasts.
    private World<S> takenOver(World<S> world) {
        var fresh = new World<S>(
                Optional.empty(),
                Set.of(),
                Set.of(),
                world.proposals(),
                world.register(),
                world.lostPast() || world.state().isEmpty(),
                world.client());
        return stepped(fresh, reading.takeOver(cast.all()));
    }

    private static <S> boolean proposes(World<S> world, Decision decision) {
        return world.asked().stream()
                .anyMatch(deed -> deed instanceof Deed.Propose(var proposed, var _) && proposed == decision);
    }

    private Set<World<S>> decided(World<S> world, Decision decision) {
        var may = world.asked().contains(new Deed.Answer(decision))
                || world.asked().contains(new Deed.Close(decision));
        var same = world.client().filter(told -> told != decision).isEmpty();
        return may && same ? Set.of(world.answers(decision)) : Set.of();
    }

    private Set<World<S>> ofBranch(World<S> world, Event event, BranchId branch) {
        var what = event.event();
        if (what.equals(reading.asking() + "-sent") || what.equals(reading.asking() + "-unanswered")) {
            return world.asked().contains(new Deed.Ask(branch)) ? Set.of(world) : Set.of();
        }
        if (what.equals(reading.answered())) {
            return Cast.vote(event).map(vote -> voted(world, branch, vote)).orElse(Set.of());
        }
        var isTold = world.asked().stream()
                .anyMatch(deed -> (deed instanceof Deed.Tell(var to, var _) && to.equals(branch))
                        || deed.equals(new Deed.Settle(branch)));
        return switch (what) {
            case "told" ->
                Cast.decision(event)
                        .filter(decision -> !world.told().contains(branch)
                                && world.asked().contains(new Deed.Tell(branch, decision)))
                        .filter(decision ->
                                decision == Decision.ABORT || world.client().equals(Optional.of(decision)))
                        .map(_ -> Set.of(world.tells(branch)))
                        .orElse(Set.of());
            case "settle-sent" ->
                world.asked().contains(new Deed.Settle(branch)) ? Set.of(world.tells(branch)) : Set.of();
            case "acknowledged" -> isTold ? Set.of(hearing(world, reading.acknowledged(branch))) : Set.of();
            case "hazard" -> isTold ? Set.of(hearing(world, reading.hazard(branch))) : Set.of();
            case "settled" ->
                isTold
                        ? reading.committed(branch)
                                .map(committed -> Set.of(hearing(world, committed)))
                                .orElse(Set.of())
                        : Set.of();
            default -> Set.of();
        };
    }

    private Set<World<S>> voted(World<S> world, BranchId branch, Vote vote) {
        return world.asked().contains(new Deed.Ask(branch)) ? changing(world, reading.voted(branch, vote)) : Set.of();
    }

    // Steps

    private World<S> hearing(World<S> world, I input) {
        return world.state()
                .map(state -> stepped(world, reading.protocol().on(state, input)))
                .orElse(world);
    }

    /// Only where the protocol heeds it.
    private Set<World<S>> changing(World<S> world, I input) {
        var next = hearing(world, input);
        return next.state().equals(world.state()) ? Set.of() : Set.of(next);
    }

    private World<S> stepped(World<S> world, Step<S, E> step) {
        var asked = new HashSet<>(world.asked());
        var proposals = new HashSet<>(world.proposals());
        for (var effect : step.effects()) {
            reading.deed(effect).ifPresent(deed -> {
                asked.add(deed);
                if (deed instanceof Deed.Propose(var decision, var sealed)) {
                    proposals.add(new Row(decision, sealed));
                }
            });
        }
        return new World<>(
                Optional.of(step.next()),
                asked,
                world.told(),
                proposals,
                world.register(),
                world.lostPast(),
                world.client());
    }

    // What is known

    @Override
    public boolean tells(World<S> world, Decision decision) {
        return world.client()
                .map(told -> told == decision)
                .orElseGet(() -> world.asked().contains(new Deed.Answer(decision))
                        || world.asked().contains(new Deed.Close(decision)));
    }

    @Override
    public boolean isOver(World<S> world) {
        return world.state().filter(reading::isFinished).isPresent();
    }

    @Override
    public String describe(World<S> world) {
        return world.state().map(Object::toString).orElse("nothing begun")
                + world.register()
                        .map(row -> ", the register at " + row.decision() + " of "
                                + row.sealed().stream()
                                        .map(BranchId::name)
                                        .sorted()
                                        .collect(Collectors.joining(" ")))
                        .orElse("");
    }
}
