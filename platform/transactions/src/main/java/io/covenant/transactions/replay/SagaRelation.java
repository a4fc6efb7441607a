package io.covenant.transactions.replay;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Step;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.SagaExecution;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaExecution.Asked;
import io.covenant.transactions.saga.SagaExecution.Effect;
import io.covenant.transactions.saga.SagaExecution.Input;
import io.covenant.transactions.saga.SagaExecution.Phase;
import io.covenant.transactions.saga.SagaExecution.State;
import io.covenant.transactions.saga.SagaStep;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A saga. What fails again and again is recorded only now and then: the times that are a power of two. The journal
/// keeps the timeline without force, so a take-over may find a decision in the register that no timeline leads to.
record SagaRelation(Saga saga, SagaExecution core, Set<String> names) implements Relation<SagaRelation.World> {

    /// Of more steps than these not every part is tried, only all of them and none.
    private static final int MOST_STEPS = 6;

    /// @param asked     what a coordinator was asked for, this one or one before: it may still arrive
    /// @param proposals what may still reach the register
    /// @param noted     the steps that are known to be done
    /// @param client    what clients were told
    record World(
            Optional<State> state,
            Set<Effect> asked,
            Set<Input.Chosen> proposals,
            Optional<Input.Chosen> register,
            Set<String> noted,
            Optional<Decision> client) {

        World {
            asked = Set.copyOf(asked);
            proposals = Set.copyOf(proposals);
            noted = Set.copyOf(noted);
        }

        private World holds(Input.Chosen chosen) {
            return new World(state, asked, proposals, Optional.of(chosen), noted, client);
        }

        private World notes(String step) {
            var more = new HashSet<>(noted);
            more.add(step);
            return new World(state, asked, proposals, register, more, client);
        }

        private World answers(Decision decision) {
            return new World(state, asked, proposals, register, noted, Optional.of(decision));
        }

        /// What clients are told and when it ends is nobody's but the coordinator's that knows.
        private World left() {
            var sent = new HashSet<>(asked);
            sent.removeIf(effect -> effect instanceof Effect.Answer || effect instanceof Effect.End);
            return new World(Optional.empty(), sent, proposals, register, noted, client);
        }
    }

    SagaRelation(Saga saga) {
        this(
                saga,
                new SagaExecution(saga),
                saga.steps().stream().map(SagaStep::name).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public World start() {
        return new World(Optional.empty(), Set.of(), Set.of(), Optional.empty(), Set.of(), Optional.empty());
    }

    // What is not recorded

    @Override
    public Set<World> silently(World world) {
        var next = new LinkedHashSet<World>();
        if (world.register().isEmpty()) {
            world.proposals().forEach(proposal -> next.add(world.holds(proposal)));
        }
        if (world.state().filter(State.Deciding.class::isInstance).isPresent()) {
            world.register().ifPresent(chosen -> next.addAll(changing(world, chosen)));
        }
        world.state()
                .ifPresent(state -> asked(state).forEach((step, asked) -> {
                    if (asked.phase() == Phase.WAITING) {
                        next.addAll(changing(world, new Input.RetryDue(step)));
                    }
                    if (asked.phase() == Phase.SENT && Integer.bitCount(asked.tries()) > 1) {
                        next.addAll(changing(world, new Input.Failed(step, ask(state), Cast.REFUSAL)));
                    }
                }));
        return next;
    }

    private static Map<String, Asked> asked(State state) {
        return switch (state) {
            case State.Running(var _, var asked, var _, var _) -> asked;
            case State.Compensating(var _, var asked) -> asked;
            // A fence is tried until it is known; how often does not matter.
            case State.Fencing _, State.Deciding _, State.Done _, State.Undone _ -> Map.of();
            case State.Stuck(var at) -> asked(at);
        };
    }

    private static Ask ask(State state) {
        return switch (state) {
            case State.Running _, State.Deciding _, State.Done _, State.Undone _ -> Ask.ACT;
            case State.Fencing _ -> Ask.FENCE;
            case State.Compensating _ -> Ask.UNDO;
            case State.Stuck(var at) -> ask(at);
        };
    }

    // What is recorded

    @Override
    public Set<World> recording(World world, Event event) {
        if (TraceReplay.saysNothing(event)) {
            return Set.of(world);
        }
        var step = event.branch();
        if (step != null) {
            return names.contains(step) ? ofStep(world, event, step) : Set.of();
        }
        return switch (event.event()) {
            case "begun" -> world.state().isEmpty() ? Set.of(stepped(world, core.begin())) : Set.of();
            case "taken-over" -> takenOver(world);
            case "deadline-passed" -> changing(world, new Input.Expired());
            case "decision-proposed" ->
                Cast.decision(event)
                        .filter(decision ->
                                world.proposals().stream().anyMatch(proposal -> proposal.decision() == decision))
                        .map(_ -> Set.of(world))
                        .orElse(Set.of());
            case "decided" ->
                Cast.decision(event)
                        .filter(decision -> world.asked().contains(new Effect.Answer(decision)))
                        .filter(decision ->
                                world.client().filter(told -> told != decision).isEmpty())
                        .map(decision -> Set.of(world.answers(decision)))
                        .orElse(Set.of());
            case "stuck" -> world.state().filter(State.Stuck.class::isInstance).isPresent() ? Set.of(world) : Set.of();
            case "resumed" -> changing(world, new Input.Resume());
            case "finished" -> world.asked().stream().anyMatch(Effect.End.class::isInstance) ? Set.of(world) : Set.of();
            default -> Set.of();
        };
    }

    /// Any part of the notes may be lost, and so may be the end of the story so far.
    private Set<World> takenOver(World world) {
        var registers = new LinkedHashSet<Optional<Input.Chosen>>();
        registers.add(world.register());
        if (world.register().isEmpty()
                && saga.recovery() == Saga.Recovery.BACKWARD
                && world.state().filter(State.Deciding.class::isInstance).isEmpty()) {
            registers.add(Optional.of(new Input.Chosen(Decision.COMMIT, Set.of())));
            mayBeTouched(world).forEach(steps -> registers.add(Optional.of(new Input.Chosen(Decision.ABORT, steps))));
        }
        var next = new LinkedHashSet<World>();
        for (var register : registers) {
            var left = register.map(world.left()::holds).orElse(world.left());
            for (var kept : parts(List.copyOf(world.noted()))) {
                next.add(stepped(left, core.takeOver(kept, register)));
            }
        }
        return next;
    }

    /// What an abort may name that nobody recorded: all that was asked, and what may have been asked after it, but for
    /// the pivot, which is fenced.
    private Set<Set<String>> mayBeTouched(World world) {
        var asked = names.stream()
                .filter(step -> world.asked().contains(new Effect.Act(step)))
                .collect(Collectors.toCollection(HashSet::new));
        var all = new HashSet<>(saga.upToThePivot());
        saga.pivot().map(SagaStep::name).ifPresent(pivot -> {
            asked.remove(pivot);
            all.remove(pivot);
        });
        var may = new LinkedHashSet<Set<String>>();
        may.add(asked);
        parts(List.copyOf(all)).stream()
                .filter(part -> part.containsAll(asked))
                .filter(part -> saga.withPredecessors(part).equals(part))
                .forEach(may::add);
        return may;
    }

    private static List<Set<String>> parts(List<String> steps) {
        if (steps.size() > MOST_STEPS) {
            return List.of(Set.copyOf(steps), Set.of());
        }
        var parts = new ArrayList<Set<String>>();
        for (var bits = 0; bits < 1 << steps.size(); bits++) {
            var part = new HashSet<String>();
            for (var at = 0; at < steps.size(); at++) {
                if ((bits & 1 << at) != 0) {
                    part.add(steps.get(at));
                }
            }
            parts.add(part);
        }
        return parts;
    }

    private Set<World> ofStep(World world, Event event, String step) {
        var acted = world.asked().contains(new Effect.Act(step));
        var undone = world.asked().contains(new Effect.Undo(step));
        var fenced = world.asked().contains(new Effect.Fence(step));
        return switch (event.event()) {
            case "act-sent" -> acted ? Set.of(world) : Set.of();
            case "undo-sent" -> undone ? Set.of(world) : Set.of();
            case "fence-sent" -> fenced ? Set.of(world) : Set.of();
            case "done" -> acted ? Set.of(hearing(world.notes(step), new Input.Succeeded(step))) : Set.of();
            case "accepted" -> acted ? Set.of(hearing(world, new Input.Accepted(step))) : Set.of();
            case "overdue" -> acted ? Set.of(hearing(world, new Input.Overdue(step))) : Set.of();
            case "undone" -> undone ? Set.of(hearing(world, new Input.Undone(step))) : Set.of();
            case "fenced" -> fenced ? Set.of(hearing(world, new Input.Fenced(step))) : Set.of();
            case "reported" -> acted ? Set.of(reported(world, event, step)) : Set.of();
            case "refused" -> {
                var next = new LinkedHashSet<World>();
                for (var ask : asks(acted, undone, fenced)) {
                    next.add(hearing(world, new Input.Refused(step, ask, Cast.REFUSAL)));
                }
                yield next;
            }
            case "failed" -> {
                var next = new LinkedHashSet<World>();
                for (var ask : asks(acted, undone, fenced)) {
                    next.add(hearing(world, new Input.Failed(step, ask, Cast.REFUSAL)));
                }
                yield next;
            }
            default -> Set.of();
        };
    }

    private World reported(World world, Event event, String step) {
        return event.detail() == null
                ? hearing(world.notes(step), new Input.Succeeded(step))
                : hearing(world, new Input.Refused(step, Ask.ACT, Cast.REFUSAL));
    }

    private static List<Ask> asks(boolean acted, boolean undone, boolean fenced) {
        var asks = new ArrayList<Ask>();
        if (acted) {
            asks.add(Ask.ACT);
        }
        if (undone) {
            asks.add(Ask.UNDO);
        }
        if (fenced) {
            asks.add(Ask.FENCE);
        }
        return asks;
    }

    // Steps

    private World hearing(World world, Input input) {
        return world.state().map(state -> stepped(world, core.on(state, input))).orElse(world);
    }

    private Set<World> changing(World world, Input input) {
        var next = hearing(world, input);
        return next.state().equals(world.state()) ? Set.of() : Set.of(next);
    }

    private static World stepped(World world, Step<State, Effect> step) {
        var asked = new HashSet<>(world.asked());
        var proposals = new HashSet<>(world.proposals());
        for (var effect : step.effects()) {
            switch (effect) {
                case Effect.Propose(var decision, var steps) -> proposals.add(new Input.Chosen(decision, steps));
                case Effect.Act _, Effect.Undo _, Effect.Fence _, Effect.Answer _, Effect.End _ -> asked.add(effect);
                case Effect.RetryAfter _, Effect.Watch _, Effect.Note _, Effect.Raise _ -> {}
            }
        }
        return new World(Optional.of(step.next()), asked, proposals, world.register(), world.noted(), world.client());
    }

    // What is known

    @Override
    public boolean tells(World world, Decision decision) {
        return world.client()
                .map(told -> told == decision)
                .orElseGet(() -> world.asked().contains(new Effect.Answer(decision)));
    }

    @Override
    public boolean isOver(World world) {
        return world.state()
                .filter(state -> state instanceof State.Done || state instanceof State.Undone)
                .isPresent();
    }

    @Override
    public String describe(World world) {
        return world.state().map(Object::toString).orElse("nothing begun");
    }
}
