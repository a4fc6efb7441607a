package io.covenant.transactions.saga;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.saga.RetryPolicy.Backoff;
import io.covenant.transactions.saga.SagaExecution.Effect;
import io.covenant.transactions.saga.SagaExecution.Input;
import io.covenant.transactions.saga.SagaExecution.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The coordinator's side of one saga.
///
/// It starts by [#begin], when its begin record is forced, or by [#takeOver]. COMMIT means *forward*: every
/// step will be done; ABORT means *backward*: every step that may have been done will be compensated.
public final class SagaExecution implements Protocol<State, Input, Effect> {

    /// What is under way about one step, be it done or compensated.
    ///
    /// @param tries   how often it was asked
    /// @param trouble what the last answer complained about
    public record Asked(Phase phase, int tries, Optional<Refusal> trouble) {

        static Asked first() {
            return new Asked(Phase.SENT, 1, Optional.empty());
        }

        Asked as(Phase now) {
            return new Asked(now, tries, trouble);
        }

        Asked again() {
            return new Asked(Phase.SENT, tries + 1, trouble);
        }

        Asked stillAccepted() {
            return new Asked(Phase.ACCEPTED, tries == Integer.MAX_VALUE ? tries : tries + 1, trouble);
        }

        Asked failing(Phase now, Refusal why) {
            return new Asked(now, tries, Optional.of(why));
        }
    }

    /// What a step was asked; an answer counts only for its question.
    public enum Ask {
        ACT,
        UNDO,
        FENCE
    }

    /// How far that is.
    public enum Phase {
        /// The request is sent.
        SENT,
        /// The service has said that it will report; it is asked now and then all the same.
        ACCEPTED,
        /// It failed, and will be asked again.
        WAITING,
        /// It failed for good; only a person can help.
        STUCK
    }

    /// Where a saga stands.
    public sealed interface State {

        /// Steps are being done.
        ///
        /// @param touched the steps that somebody may have sent, all that are done or asked among them
        /// @param forward whether it never goes back
        record Running(
                SortedSet<String> done, SortedMap<String, Asked> asked, SortedSet<String> touched, boolean forward)
                implements State {
            public Running {
                done = copy(done);
                asked = copy(asked);
                touched = copy(touched);
            }
        }

        /// It is to go backward, and the pivot may have been sent: it is fenced, unless it is done.
        record Fencing(SortedSet<String> touched, Asked pivot) implements State {
            public Fencing {
                touched = copy(touched);
            }
        }

        /// A decision is on its way into the register; what the register holds is not known.
        ///
        /// @param steps under COMMIT those that are done; under ABORT those to be compensated
        record Deciding(Decision proposed, SortedSet<String> steps) implements State {
            public Deciding {
                steps = copy(steps);
            }
        }

        /// Decided to go backward.
        ///
        /// @param left  the steps that are not known to be compensated
        /// @param asked those of them that are being compensated
        record Compensating(SortedSet<String> left, SortedMap<String, Asked> asked) implements State {
            public Compensating {
                left = copy(left);
                asked = copy(asked);
            }
        }

        /// Every step is done.
        record Done() implements State {}

        /// Every step is compensated, or never was done.
        record Undone() implements State {}

        /// Nothing is under way, and something failed for good. A person has to help, and then to resume it.
        ///
        /// @param at [Running], [Fencing] or [Compensating]
        record Stuck(State at) implements State {}

        private static SortedSet<String> copy(SortedSet<String> steps) {
            return Collections.unmodifiableSortedSet(new TreeSet<>(steps));
        }

        private static SortedMap<String, Asked> copy(SortedMap<String, Asked> asked) {
            return Collections.unmodifiableSortedMap(new TreeMap<>(asked));
        }
    }

    /// What a saga hears.
    public sealed interface Input {

        /// The action of this step is done, durably; said in reply, or reported later.
        record Succeeded(String step) implements Input {}

        /// The action is accepted, durably, and will be reported.
        record Accepted(String step) implements Input {}

        /// The step will not be done when asked so again; or can never be compensated or fenced.
        record Refused(String step, Ask asked, Refusal why) implements Input {}

        /// What became of the request is unknown, or it failed and may be repeated.
        record Failed(String step, Ask asked, Refusal why) implements Input {}

        /// The step is compensated, or never was and never will be done; durably.
        record Undone(String step) implements Input {}

        /// The pivot was not done, and never will be; durably.
        record Fenced(String step) implements Input {}

        /// The delay of this step is over.
        record RetryDue(String step) implements Input {}

        /// The step has taken longer than its policy grants.
        record Overdue(String step) implements Input {}

        /// The deadline of the saga has passed.
        record Expired() implements Input {}

        /// The register holds this, durably and for ever.
        ///
        /// @param steps those to be compensated; none under COMMIT
        record Chosen(Decision decision, Set<String> steps) implements Input {
            public Chosen {
                steps = Set.copyOf(steps);
            }
        }

        /// The register has not answered for a while.
        record Retry() implements Input {}

        /// A person says that what was stuck can be tried again.
        record Resume() implements Input {}
    }

    /// What a saga asks for.
    public sealed interface Effect {

        /// Ask for the action of this step; answer with [Input.Succeeded], [Input.Accepted],
        /// [Input.Refused] or, also when nobody does, [Input.Failed].
        record Act(String step) implements Effect {}

        /// Ask for its compensation; answer with [Input.Undone], [Input.Refused] or [Input.Failed].
        record Undo(String step) implements Effect {}

        /// Ask whether the pivot is done, and fence it if not; answer with [Input.Fenced], [Input.Succeeded],
        /// [Input.Refused] or [Input.Failed].
        record Fence(String step) implements Effect {}

        /// Feed [Input.RetryDue] after a delay drawn from this range.
        record RetryAfter(String step, Backoff delay) implements Effect {}

        /// Feed [Input.Overdue] after this time.
        record Watch(String step, Duration within) implements Effect {}

        /// Note without force that this step is done: it saves questions after a take-over.
        record Note(String step) implements Effect {}

        /// Write the decision unless there is one, if this owner's epoch is the current one; force it;
        /// report what the register holds. Where the epoch is old, somebody else drives this saga: leave it
        /// to him.
        record Propose(Decision decision, SortedSet<String> steps) implements Effect {}

        /// The client may hear this; it will never be otherwise.
        record Answer(Decision decision) implements Effect {}

        /// Show this to operators.
        record Raise(String step, Refusal why) implements Effect {}

        /// Record the end, without force.
        record End(Decision decision) implements Effect {}
    }

    private static final Refusal OVERDUE =
            Refusal.of("step-overdue", "The step has taken longer than its policy grants.");

    private final Saga saga;
    private final SortedSet<String> upToThePivot;

    public SagaExecution(Saga saga) {
        this.saga = saga;
        this.upToThePivot = saga.upToThePivot();
    }

    /// Starts a saga whose begin record is forced.
    public Step<State, Effect> begin() {
        return advance(none(), new TreeMap<>(), none(), saga.recovery() == Saga.Recovery.FORWARD, List.of());
    }

    /// Goes on with a saga that another coordinator left, or this one in an earlier life.
    ///
    /// @param noted  the steps that are noted as done, as far as the notes are not lost
    /// @param chosen what the register holds, read after this owner's epoch was written
    public Step<State, Effect> takeOver(Set<String> noted, Optional<Input.Chosen> chosen) {
        var done = saga.withPredecessors(noted);
        if (chosen.isPresent()) {
            return decided(chosen.get(), done);
        }
        var forward = saga.recovery() == Saga.Recovery.FORWARD;
        return advance(done, new TreeMap<>(), forward ? done : upToThePivot, forward, List.of());
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Running running -> onRunning(running, input);
            case State.Fencing fencing -> onFencing(fencing, input);
            case State.Deciding deciding -> onDeciding(deciding, input);
            case State.Compensating compensating -> onCompensating(compensating, input);
            case State.Stuck stuck -> onStuck(stuck, input);
            case State.Done _, State.Undone _ -> Step.stay(state);
        };
    }

    // ---- forward

    private Step<State, Effect> onRunning(State.Running running, Input input) {
        return switch (input) {
            case Input.Succeeded(var step)
            when isAsked(running, step) -> {
                var done = with(running.done(), step);
                var asked = without(running.asked(), step);
                yield advance(done, asked, running.touched(), running.forward(), List.of(new Effect.Note(step)));
            }
            case Input.Accepted(var step)
            when isAsked(running, step) -> {
                var policy = saga.step(step).retries();
                var accepted = asked(running, step).as(Phase.ACCEPTED);
                yield new Step<>(
                        asking(running, step, accepted),
                        List.of(new Effect.RetryAfter(step, policy.after(accepted.tries()))));
            }
            case Input.Refused(var step, var asked, var why)
            when asked == Ask.ACT && isAsked(running, step) ->
                running.forward() ? stick(running, step, why) : backward(running.touched());
            case Input.Failed(var step, var asked, var why)
            when asked == Ask.ACT && isAsked(running, step) -> failed(running, step, why);
            case Input.RetryDue(var step) when isAsked(running, step) -> retry(running, step);
            case Input.Overdue(var step)
            when isAsked(running, step) -> running.forward() ? overdue(running, step) : backward(running.touched());
            case Input.Expired _ when !running.forward() -> backward(running.touched());
            case Input.Chosen chosen -> decided(chosen, running.done());
            case Input.Succeeded _,
                    Input.Accepted _,
                    Input.Refused _,
                    Input.Failed _,
                    Input.RetryDue _,
                    Input.Overdue _,
                    Input.Expired _,
                    Input.Undone _,
                    Input.Fenced _,
                    Input.Retry _,
                    Input.Resume _ -> Step.stay(running);
        };
    }

    private Step<State, Effect> failed(State.Running running, String step, Refusal why) {
        var asked = asked(running, step);
        var policy = saga.step(step).retries();
        return switch (asked.phase()) {
            // Its work is accepted; only the question was lost.
            case ACCEPTED -> new Step<>(running, List.of(new Effect.RetryAfter(step, policy.after(asked.tries()))));
            case SENT -> {
                if (!policy.isExhaustedBy(asked.tries())) {
                    yield new Step<>(
                            asking(running, step, asked.failing(Phase.WAITING, why)),
                            List.of(new Effect.RetryAfter(step, policy.after(asked.tries()))));
                }
                yield running.forward() ? stick(running, step, why) : backward(running.touched());
            }
            case WAITING, STUCK -> Step.stay(running);
        };
    }

    private Step<State, Effect> retry(State.Running running, String step) {
        var asked = asked(running, step);
        return switch (asked.phase()) {
            case WAITING -> new Step<>(asking(running, step, asked.again()), List.of(new Effect.Act(step)));
            // Asked ever more rarely, as if it failed; and however often.
            case ACCEPTED -> new Step<>(asking(running, step, asked.stillAccepted()), List.of(new Effect.Act(step)));
            case SENT, STUCK -> Step.stay(running);
        };
    }

    /// Past the pivot time decides nothing: a person gets to know, and it goes on.
    private Step<State, Effect> overdue(State.Running running, String step) {
        return new Step<>(running, List.of(new Effect.Raise(step, OVERDUE)));
    }

    private Step<State, Effect> stick(State.Running running, String step, Refusal why) {
        var next = asking(running, step, asked(running, step).failing(Phase.STUCK, why));
        return new Step<>(
                isStuck(next.asked().values()) ? new State.Stuck(next) : next, List.of(new Effect.Raise(step, why)));
    }

    /// Asks for what can be done now; or decides, or ends.
    private Step<State, Effect> advance(
            SortedSet<String> done,
            SortedMap<String, Asked> asked,
            SortedSet<String> touched,
            boolean forward,
            List<Effect> before) {
        var effects = new ArrayList<>(before);
        if (!forward && done.containsAll(upToThePivot)) {
            effects.add(new Effect.Propose(Decision.COMMIT, none()));
            return new Step<>(new State.Deciding(Decision.COMMIT, done), effects);
        }
        if (done.size() == saga.steps().size()) {
            effects.add(new Effect.Answer(Decision.COMMIT));
            effects.add(new Effect.End(Decision.COMMIT));
            return new Step<>(new State.Done(), effects);
        }
        var nowAsked = new TreeMap<>(asked);
        var nowTouched = new TreeSet<>(touched);
        for (var step : saga.ready(done)) {
            if (nowAsked.putIfAbsent(step.name(), Asked.first()) == null) {
                nowTouched.add(step.name());
                effects.add(new Effect.Act(step.name()));
                effects.add(new Effect.Watch(step.name(), step.retries().within()));
            }
        }
        var running = new State.Running(done, nowAsked, nowTouched, forward);
        return new Step<>(isStuck(nowAsked.values()) ? new State.Stuck(running) : running, effects);
    }

    // ---- turning back

    /// Nothing is decided yet. The pivot must not be done when it is, and only its barrier row can tell.
    private Step<State, Effect> backward(SortedSet<String> touched) {
        var pivot = saga.pivot().map(SagaStep::name).filter(step -> touched.contains(step));
        return pivot.isPresent()
                ? Step.to(new State.Fencing(touched, Asked.first()), new Effect.Fence(pivot.get()))
                : propose(Decision.ABORT, touched);
    }

    private Step<State, Effect> onFencing(State.Fencing fencing, Input input) {
        var pivot = saga.pivot().orElseThrow().name();
        var asked = fencing.pivot();
        return switch (input) {
            case Input.Fenced(var step)
            when step.equals(pivot) -> propose(Decision.ABORT, without(fencing.touched(), pivot));
            // Too late: it is done, and so is all that came before it.
            case Input.Succeeded(var step)
            when step.equals(pivot) ->
                advance(upToThePivot, new TreeMap<>(), fencing.touched(), false, List.of(new Effect.Note(pivot)));
            case Input.Failed(var _, var ask, var why)
            when ask == Ask.FENCE && asked.phase() == Phase.SENT ->
                new Step<>(
                        new State.Fencing(fencing.touched(), asked.failing(Phase.WAITING, why)),
                        List.of(new Effect.RetryAfter(
                                pivot, saga.step(pivot).retries().after(asked.tries()))));
            case Input.RetryDue(var step)
            when step.equals(pivot) && asked.phase() == Phase.WAITING ->
                Step.to(new State.Fencing(fencing.touched(), asked.again()), new Effect.Fence(pivot));
            case Input.Chosen chosen -> decided(chosen, none());
            case Input.Refused(var step, var ask, var why)
            when ask == Ask.FENCE ->
                Step.to(
                        new State.Stuck(new State.Fencing(fencing.touched(), asked.failing(Phase.STUCK, why))),
                        new Effect.Raise(step, why));
            case Input.Fenced _,
                    Input.Succeeded _,
                    Input.Failed _,
                    // Of the action: another request for it may be under way, so it does not say that none
                    // will be done.
                    Input.Refused _,
                    Input.RetryDue _,
                    Input.Accepted _,
                    Input.Undone _,
                    Input.Overdue _,
                    Input.Expired _,
                    Input.Retry _,
                    Input.Resume _ -> Step.stay(fencing);
        };
    }

    private static Step<State, Effect> propose(Decision decision, SortedSet<String> steps) {
        var named = decision == Decision.ABORT ? steps : none();
        return Step.to(new State.Deciding(decision, steps), new Effect.Propose(decision, named));
    }

    private Step<State, Effect> onDeciding(State.Deciding deciding, Input input) {
        return switch (input) {
            case Input.Chosen chosen ->
                decided(chosen, deciding.proposed() == Decision.COMMIT ? deciding.steps() : none());
            case Input.Retry _ -> propose(deciding.proposed(), deciding.steps());
            // The decision names every step that these could be about.
            case Input.Succeeded _,
                    Input.Accepted _,
                    Input.Refused _,
                    Input.Failed _,
                    Input.Undone _,
                    Input.Fenced _,
                    Input.RetryDue _,
                    Input.Overdue _,
                    Input.Expired _,
                    Input.Resume _ -> Step.stay(deciding);
        };
    }

    private Step<State, Effect> decided(Input.Chosen chosen, SortedSet<String> done) {
        return switch (chosen.decision()) {
            case COMMIT -> {
                var all = new TreeSet<>(done);
                all.addAll(upToThePivot);
                yield advance(all, new TreeMap<>(), all, true, List.of());
            }
            case ABORT ->
                compensate(new TreeSet<>(chosen.steps()), new TreeMap<>(), List.of(new Effect.Answer(Decision.ABORT)));
        };
    }

    // ---- backward

    private Step<State, Effect> onCompensating(State.Compensating compensating, Input input) {
        return switch (input) {
            case Input.Undone(var step)
            when compensating.left().contains(step) ->
                compensate(without(compensating.left(), step), without(compensating.asked(), step), List.of());
            case Input.Refused(var step, var asked, var why)
            when asked == Ask.UNDO && isAsked(compensating, step) -> stick(compensating, step, why);
            case Input.Failed(var step, var asked, var why)
            when asked == Ask.UNDO && isAsked(compensating, step) -> failed(compensating, step, why);
            case Input.RetryDue(var step)
            when isAsked(compensating, step) && asked(compensating, step).phase() == Phase.WAITING ->
                Step.to(asking(compensating, step, asked(compensating, step).again()), new Effect.Undo(step));
            case Input.Undone _,
                    Input.Refused _,
                    Input.Failed _,
                    Input.RetryDue _,
                    Input.Succeeded _,
                    Input.Accepted _,
                    Input.Fenced _,
                    Input.Overdue _,
                    Input.Expired _,
                    Input.Chosen _,
                    Input.Retry _,
                    Input.Resume _ -> Step.stay(compensating);
        };
    }

    private Step<State, Effect> failed(State.Compensating compensating, String step, Refusal why) {
        var asked = asked(compensating, step);
        var policy = saga.step(step).retries();
        if (asked.phase() != Phase.SENT) {
            return Step.stay(compensating);
        }
        return policy.isExhaustedBy(asked.tries())
                ? stick(compensating, step, why)
                : new Step<>(
                        asking(compensating, step, asked.failing(Phase.WAITING, why)),
                        List.of(new Effect.RetryAfter(step, policy.after(asked.tries()))));
    }

    private static Step<State, Effect> stick(State.Compensating compensating, String step, Refusal why) {
        var next = asking(compensating, step, asked(compensating, step).failing(Phase.STUCK, why));
        return new Step<>(
                isStuck(next.asked().values()) ? new State.Stuck(next) : next, List.of(new Effect.Raise(step, why)));
    }

    /// Compensates what can be now: no step before all are compensated that were done after it.
    private Step<State, Effect> compensate(
            SortedSet<String> left, SortedMap<String, Asked> asked, List<Effect> before) {
        var effects = new ArrayList<>(before);
        if (left.isEmpty()) {
            effects.add(new Effect.End(Decision.ABORT));
            return new Step<>(new State.Undone(), effects);
        }
        var nowAsked = new TreeMap<>(asked);
        for (var step : saga.undoable(left)) {
            if (nowAsked.putIfAbsent(step.name(), Asked.first()) == null) {
                effects.add(new Effect.Undo(step.name()));
            }
        }
        var compensating = new State.Compensating(left, nowAsked);
        return new Step<>(isStuck(nowAsked.values()) ? new State.Stuck(compensating) : compensating, effects);
    }

    // ---- stuck

    /// Answers that come late still count.
    private Step<State, Effect> onStuck(State.Stuck stuck, Input input) {
        if (input instanceof Input.Resume) {
            return resumed(stuck.at());
        }
        var step = on(stuck.at(), input);
        return step.next().equals(stuck.at()) ? new Step<>(stuck, step.effects()) : step;
    }

    private Step<State, Effect> resumed(State at) {
        return switch (at) {
            case State.Fencing(var touched, var pivot) ->
                Step.to(
                        new State.Fencing(touched, new Asked(Phase.SENT, 1, pivot.trouble())),
                        new Effect.Fence(saga.pivot().orElseThrow().name()));
            case State.Running running -> {
                var effects = new ArrayList<Effect>();
                var asked = resumed(running.asked(), effects, Effect.Act::new);
                yield new Step<>(
                        new State.Running(running.done(), asked, running.touched(), running.forward()), effects);
            }
            case State.Compensating compensating -> {
                var effects = new ArrayList<Effect>();
                var asked = resumed(compensating.asked(), effects, Effect.Undo::new);
                yield new Step<>(new State.Compensating(compensating.left(), asked), effects);
            }
            case State.Deciding _, State.Done _, State.Undone _, State.Stuck _ -> Step.stay(at);
        };
    }

    private static SortedMap<String, Asked> resumed(
            SortedMap<String, Asked> asked, List<Effect> effects, java.util.function.Function<String, Effect> again) {
        var all = new TreeMap<>(asked);
        all.replaceAll((step, was) -> {
            if (was.phase() != Phase.STUCK) {
                return was;
            }
            effects.add(again.apply(step));
            return new Asked(Phase.SENT, 1, was.trouble());
        });
        return all;
    }

    // ---- small change

    private static boolean isStuck(Collection<Asked> asked) {
        return !asked.isEmpty() && asked.stream().allMatch(each -> each.phase() == Phase.STUCK);
    }

    private static boolean isAsked(State.Running running, String step) {
        return running.asked().containsKey(step);
    }

    private static boolean isAsked(State.Compensating compensating, String step) {
        return compensating.asked().containsKey(step);
    }

    private static Asked asked(State.Running running, String step) {
        return java.util.Objects.requireNonNull(running.asked().get(step));
    }

    private static Asked asked(State.Compensating compensating, String step) {
        return java.util.Objects.requireNonNull(compensating.asked().get(step));
    }

    private static State.Running asking(State.Running running, String step, Asked now) {
        return new State.Running(running.done(), put(running.asked(), step, now), running.touched(), running.forward());
    }

    private static State.Compensating asking(State.Compensating compensating, String step, Asked now) {
        return new State.Compensating(compensating.left(), put(compensating.asked(), step, now));
    }

    private static SortedMap<String, Asked> put(SortedMap<String, Asked> asked, String step, Asked now) {
        var all = new TreeMap<>(asked);
        all.put(step, now);
        return all;
    }

    private static SortedMap<String, Asked> without(SortedMap<String, Asked> asked, String step) {
        var fewer = new TreeMap<>(asked);
        fewer.remove(step);
        return fewer;
    }

    private static SortedSet<String> with(SortedSet<String> steps, String one) {
        var more = new TreeSet<>(steps);
        more.add(one);
        return more;
    }

    private static SortedSet<String> without(SortedSet<String> steps, String one) {
        var fewer = new TreeSet<>(steps);
        fewer.remove(one);
        return fewer;
    }

    private static SortedSet<String> none() {
        return Collections.emptySortedSet();
    }
}
