package io.covenant.transactions.saga;

import io.covenant.transactions.Refusal;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A saga as a value: steps, and what has to be done before what.
///
/// ```java Saga.of("place-order", SagaStep.of("reserve", "inventory", "reserve").undoneBy("release"),
/// SagaStep.of("order", "orders", "create").undoneBy("cancel"), SagaStep.of("pay", "payments",
/// "charge").after("reserve", "order").asPivot(), SagaStep.of("ship", "shipping", "ship").after("pay"));
/// ```
///
/// Steps that no path connects run in parallel. Steps before the pivot can be compensated; steps after it
/// are tried until they are done. A saga without a pivot can be compensated until its last step is done,
/// or, with [Recovery#FORWARD], never is.
public record Saga(String name, Recovery recovery, List<SagaStep> steps) {

    /// More than that is a batch, not a saga.
    public static final int MOST_STEPS = 100;

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

    /// What becomes of a saga that cannot go on.
    public enum Recovery {
        /// It is compensated, unless its pivot is done.
        BACKWARD,
        /// It is tried until it can.
        FORWARD
    }

    /// @throws IllegalArgumentException with the rule that [#refusal] names
    public Saga {
        steps = List.copyOf(steps);
        refusal(recovery, steps).ifPresent(refusal -> {
            throw new IllegalArgumentException(refusal.detail());
        });
    }

    public static Saga of(String name, SagaStep... steps) {
        return new Saga(name, Recovery.BACKWARD, List.of(steps));
    }

    /// Why these steps are no saga; nothing when they are one.
    public static Optional<Refusal> refusal(Recovery recovery, List<SagaStep> steps) {
        return shape(steps).or(() -> order(steps)).or(() -> compensability(recovery, steps));
    }

    private static Optional<Refusal> shape(List<SagaStep> steps) {
        if (steps.isEmpty()) {
            return refused("saga-empty", "A saga has at least one step.", Map.of());
        }
        if (steps.size() > MOST_STEPS) {
            return refused(
                    "saga-too-long",
                    "A saga has at most %d steps, not %d.".formatted(MOST_STEPS, steps.size()),
                    Map.of("most", Integer.toString(MOST_STEPS), "steps", Integer.toString(steps.size())));
        }
        var names = new TreeSet<String>();
        for (var step : steps) {
            if (!NAME.matcher(step.name()).matches()) {
                return refused(
                        "saga-step-name",
                        "A step's name has 1 to 40 characters of a-z, 0-9 and '-': '%s'.".formatted(step.name()),
                        step);
            }
            if (!names.add(step.name())) {
                return refused("saga-duplicate-step", "Two steps are named '%s'.".formatted(step.name()), step);
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> order(List<SagaStep> steps) {
        var names = new TreeSet<String>();
        steps.forEach(step -> names.add(step.name()));
        for (var step : steps) {
            for (var before : step.after()) {
                if (!names.contains(before)) {
                    return refused(
                            "saga-unknown-step",
                            "Step '%s' comes after '%s', which is no step.".formatted(step.name(), before),
                            step);
                }
            }
        }
        var sorted = new TreeSet<String>();
        var more = true;
        while (more) {
            more = false;
            for (var step : steps) {
                more |= sorted.containsAll(step.after()) && sorted.add(step.name());
            }
        }
        return steps.stream()
                .filter(step -> !sorted.contains(step.name()))
                .findFirst()
                .flatMap(step -> refused(
                        "saga-cyclic",
                        "Step '%s' would have to wait for itself: the steps form a cycle.".formatted(step.name()),
                        step));
    }

    private static Optional<Refusal> compensability(Recovery recovery, List<SagaStep> steps) {
        var pivots = steps.stream().filter(SagaStep::pivot).toList();
        if (pivots.size() > 1) {
            return refused(
                    "saga-two-pivots",
                    "A saga has one pivot; '%s' is another beside '%s'."
                            .formatted(pivots.get(1).name(), pivots.get(0).name()),
                    pivots.get(1));
        }
        if (recovery == Recovery.FORWARD) {
            return pivots.stream()
                    .findFirst()
                    .flatMap(pivot -> refused(
                            "saga-needless-pivot",
                            "A saga that only goes forward has no pivot: '%s'.".formatted(pivot.name()),
                            pivot))
                    .or(() -> neverCompensated(steps));
        }
        if (pivots.isEmpty()) {
            return uncompensated(steps);
        }
        var pivot = pivots.getFirst();
        var before = closure(steps, Set.of(pivot.name()));
        before.remove(pivot.name());
        var after = steps.stream()
                .filter(step ->
                        !step.pivot() && closure(steps, Set.of(step.name())).contains(pivot.name()))
                .toList();
        for (var step : steps) {
            if (!step.pivot() && !before.contains(step.name()) && !after.contains(step)) {
                return refused(
                        "saga-beside-the-pivot",
                        "Step '%s' is neither before nor after the pivot '%s', so nobody could say whether it may fail."
                                .formatted(step.name(), pivot.name()),
                        step);
            }
        }
        return uncompensated(steps.stream()
                        .filter(step -> before.contains(step.name()))
                        .toList())
                .or(() -> neverCompensated(steps.stream()
                        .filter(step -> after.contains(step) || step.pivot())
                        .toList()));
    }

    private static Optional<Refusal> uncompensated(List<SagaStep> steps) {
        return steps.stream()
                .filter(step -> step.compensation().isEmpty())
                .findFirst()
                .flatMap(step -> refused(
                        "saga-not-compensable",
                        "Step '%s' can be followed by a failure, and has no compensation.".formatted(step.name()),
                        step));
    }

    private static Optional<Refusal> neverCompensated(List<SagaStep> steps) {
        return steps.stream()
                .filter(step -> step.compensation().isPresent())
                .findFirst()
                .flatMap(step -> refused(
                        "saga-never-compensated",
                        "The compensation of step '%s' would never be called: the saga does not go back from there."
                                .formatted(step.name()),
                        step));
    }

    private static Optional<Refusal> refused(String code, String detail, SagaStep step) {
        return refused(code, detail, Map.of("step", step.name()));
    }

    private static Optional<Refusal> refused(String code, String detail, Map<String, String> parameters) {
        return Optional.of(new Refusal(code, detail, parameters));
    }

    // What the execution asks

    SagaStep step(String name) {
        return steps.stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no step " + name));
    }

    boolean has(String name) {
        return steps.stream().anyMatch(step -> step.name().equals(name));
    }

    /// The step that decides, if there is one: before it the saga may go back, behind it it never does.
    public Optional<SagaStep> pivot() {
        return steps.stream().filter(SagaStep::pivot).findFirst();
    }

    /// What must be known to be done before the saga never goes back: all up to the pivot; without one, all.
    public SortedSet<String> upToThePivot() {
        return pivot().map(pivot -> closure(steps, Set.of(pivot.name()))).orElseGet(this::names);
    }

    SortedSet<String> names() {
        var names = new TreeSet<String>();
        steps.forEach(step -> names.add(step.name()));
        return names;
    }

    /// These steps, and all that were done before them.
    public SortedSet<String> withPredecessors(Collection<String> some) {
        return closure(steps, some);
    }

    private static SortedSet<String> closure(List<SagaStep> steps, Collection<String> some) {
        var byName = new LinkedHashMap<String, SagaStep>();
        steps.forEach(step -> byName.put(step.name(), step));
        var all = new TreeSet<>(some);
        var open = List.copyOf(some);
        while (!open.isEmpty()) {
            var next = new TreeSet<String>();
            open.forEach(
                    name -> next.addAll(Objects.requireNonNull(byName.get(name)).after()));
            next.removeAll(all);
            all.addAll(next);
            open = List.copyOf(next);
        }
        return all;
    }

    /// The steps that can be done once these are.
    List<SagaStep> ready(Set<String> done) {
        return steps.stream()
                .filter(step -> !done.contains(step.name()) && done.containsAll(step.after()))
                .toList();
    }

    /// Of these steps, those that can be compensated first: no other of them was done after them.
    List<SagaStep> undoable(Set<String> left) {
        return steps.stream()
                .filter(step -> left.contains(step.name()))
                .filter(step -> steps.stream()
                        .filter(later -> left.contains(later.name()))
                        .noneMatch(later -> later.after().contains(step.name())))
                .toList();
    }

    static SortedSet<String> none() {
        return Collections.emptySortedSet();
    }
}
