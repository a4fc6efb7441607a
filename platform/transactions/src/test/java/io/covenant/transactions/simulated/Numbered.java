package io.covenant.transactions.simulated;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Gives each different value a small number, so that a state of many values is a few numbers.
public final class Numbered<T> {

    private final Map<T, Integer> numbers = new HashMap<>();
    private final List<T> values = new ArrayList<>();

    public int of(T value) {
        return numbers.computeIfAbsent(value, key -> {
            values.add(key);
            return values.size() - 1;
        });
    }

    public T at(int number) {
        return values.get(number);
    }
}
