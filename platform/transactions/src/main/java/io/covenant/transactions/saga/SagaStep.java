package io.covenant.transactions.saga;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// One step of a saga.
///
/// @param name         names its branch: 1 to 40 characters of `a-z0-9-`
/// @param service      where it is done
/// @param action       the operation that does it
/// @param compensation the operation that undoes it
/// @param after        the steps that have to be done before
/// @param pivot        whether the saga never goes back once this is done
public record SagaStep(
        String name,
        String service,
        String action,
        Optional<String> compensation,
        Set<String> after,
        boolean pivot,
        RetryPolicy retries) {

    public SagaStep {
        after = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(after));
    }

    /// A step without predecessors and without a compensation.
    public static SagaStep of(String name, String service, String action) {
        return new SagaStep(name, service, action, Optional.empty(), Set.of(), false, RetryPolicy.standard());
    }

    public SagaStep undoneBy(String operation) {
        return new SagaStep(name, service, action, Optional.of(operation), after, pivot, retries);
    }

    public SagaStep after(String... steps) {
        return after(List.of(steps));
    }

    public SagaStep after(Collection<String> steps) {
        return new SagaStep(name, service, action, compensation, new TreeSet<>(steps), pivot, retries);
    }

    public SagaStep asPivot() {
        return new SagaStep(name, service, action, compensation, after, true, retries);
    }

    public SagaStep retried(RetryPolicy policy) {
        return new SagaStep(name, service, action, compensation, after, pivot, policy);
    }
}
