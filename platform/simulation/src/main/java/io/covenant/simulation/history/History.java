package io.covenant.simulation.history;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What all callers together saw.
///
/// @param operations in the order in which they were invoked, whatever order they were given in
public record History<I, O>(List<Operation<I, O>> operations) {

    public History {
        operations = operations.stream()
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
    }

    /// What was to be seen until this time, answers at the very time included.
    public History<I, O> until(long time) {
        return new History<>(operations.stream()
                .filter(operation -> operation.invoked() <= time)
                .map(operation -> operation.asOf(time))
                .toList());
    }

    Map<String, History<I, O>> parts(Function<I, String> part) {
        return operations.stream()
                .collect(Collectors.groupingBy(
                        operation -> part.apply(operation.input()),
                        LinkedHashMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), History::new)));
    }
}
