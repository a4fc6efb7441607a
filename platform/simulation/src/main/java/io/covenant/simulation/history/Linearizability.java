package io.covenant.simulation.history;

import io.covenant.simulation.history.Outcome.Answered;
import io.covenant.simulation.history.Verdict.Linearizable;
import io.covenant.simulation.history.Verdict.NotLinearizable;
import io.covenant.simulation.history.Verdict.Undecided;

/// Decides whether a history could come from an object that does one operation at a time, each at one
/// moment between its invocation and its answer.
public final class Linearizability<S, I, O> {

    /// Some 200 MB of small states.
    private static final int CONFIGURATIONS = 2_000_000;

    private final Model<S, I, O> model;
    private final int limit;

    private Linearizability(Model<S, I, O> model, int limit) {
        this.model = model;
        this.limit = limit;
    }

    public static <S, I, O> Linearizability<S, I, O> of(Model<S, I, O> model) {
        return new Linearizability<>(model, CONFIGURATIONS);
    }

    /// Bounds memory and time, for each part of the model by itself.
    public Linearizability<S, I, O> rememberingAtMost(int configurations) {
        return new Linearizability<>(model, configurations);
    }

    public Verdict<I, O> check(History<I, O> history) {
        var configurations = 0;
        for (var part : history.parts(model::part).entrySet()) {
            var search = search(part.getValue());
            switch (search.run()) {
                case FOUND -> configurations += search.configurations();
                case NONE -> {
                    return new NotLinearizable<>(counterexample(part.getKey(), part.getValue()));
                }
                case GIVEN_UP -> {
                    return new Undecided<>(part.getKey(), search.configurations());
                }
            }
        }
        return new Linearizable<>(configurations);
    }

    /// @throws AssertionError unless the history is linearizable; one that is undecided is not
    public void require(History<I, O> history) {
        switch (check(history)) {
            case Linearizable<I, O> _ -> {}
            case NotLinearizable<I, O> verdict -> throw new AssertionError(verdict);
            case Undecided<I, O> verdict -> throw new AssertionError(verdict);
        }
    }

    /// What comes before a history that can be explained can be explained as well, so the shortest one that
    /// cannot is found by halving.
    private Counterexample<I, O> counterexample(String part, History<I, O> history) {
        var answers = history.operations().stream()
                .map(Operation::outcome)
                .filter(Answered.class::isInstance)
                .mapToLong(outcome -> ((Answered<O>) outcome).at())
                .sorted()
                .distinct()
                .toArray();
        var explained = -1;
        var unexplained = answers.length - 1;
        while (unexplained - explained > 1) {
            var middle = (explained + unexplained) >>> 1;
            if (search(history.until(answers[middle])).run() == Search.Result.NONE) {
                unexplained = middle;
            } else {
                explained = middle;
            }
        }
        var shortest = history.until(answers[unexplained]);
        var search = search(shortest);
        search.run();
        return new Counterexample<>(
                part,
                history.operations().size(),
                shortest.operations(),
                search.farthestOrder(),
                String.valueOf(search.farthestState()));
    }

    private Search<S, I, O> search(History<I, O> history) {
        return new Search<>(model, history.operations(), limit);
    }
}
