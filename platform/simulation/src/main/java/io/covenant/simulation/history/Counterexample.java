package io.covenant.simulation.history;

import io.covenant.simulation.history.Outcome.Answered;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// The shortest beginning of a history that no order explains; as text, a picture of its last operations.
///
/// @param part          of the model; operations of other parts are left out
/// @param length        of the whole history of this part
/// @param operations    of the beginning; what was not answered when it ends is of unknown outcome in it
/// @param farthestOrder an order that explains as many of them as any, as places in `operations`
/// @param state         after that order, as text
public record Counterexample<I, O>(
        String part, int length, List<Operation<I, O>> operations, List<Integer> farthestOrder, String state) {

    private static final int SHOWN = 16;

    public Counterexample {
        operations = List.copyOf(operations);
        farthestOrder = List.copyOf(farthestOrder);
    }

    /// The answers that the farthest order leaves without an explanation.
    public List<Operation<I, O>> unexplained() {
        return indexesOfUnexplained().stream().map(operations::get).toList();
    }

    @Override
    public String toString() {
        return """
                not linearizable: no order explains the first %d of %d operations on '%s'
                %s
                the farthest order is %s; the state is then %s
                which does not explain %s""".formatted(
                        operations.size(),
                        length,
                        part,
                        picture(),
                        order(),
                        state,
                        indexesOfUnexplained().stream()
                                .map(index -> "%d (%s)".formatted(index + 1, operations.get(index)))
                                .collect(Collectors.joining(", ")));
    }

    private List<Integer> indexesOfUnexplained() {
        var explained = new HashSet<>(farthestOrder);
        return IntStream.range(0, operations.size())
                .filter(index -> !explained.contains(index))
                .filter(index -> operations.get(index).outcome() instanceof Answered)
                .boxed()
                .toList();
    }

    private String order() {
        var tail = farthestOrder.subList(Math.max(0, farthestOrder.size() - SHOWN), farthestOrder.size());
        return (tail.size() < farthestOrder.size() ? ".. " : "")
                + tail.stream().map(index -> String.valueOf(index + 1)).collect(Collectors.joining(" "));
    }

    /// One line for each operation, one column for each time at which one of them begins or ends.
    private String picture() {
        var shown = shown();
        var columns = columns(shown);
        var width = 2 * columns.size() - 1;
        var names = shown.stream()
                .mapToInt(index -> operations.get(index).process().length())
                .max()
                .orElse(0);
        var unexplained = new HashSet<>(indexesOfUnexplained());
        return shown.stream()
                .map(index -> "%5d %s %s %s %s"
                        .formatted(
                                index + 1,
                                padded(operations.get(index).process(), names),
                                padded(bar(operations.get(index), columns, width), width),
                                operations.get(index),
                                unexplained.contains(index) ? "  <--" : "")
                        .stripTrailing())
                .collect(Collectors.joining("\n"));
    }

    /// The latest, and such older ones as are not explained.
    private TreeSet<Integer> shown() {
        var shown = new TreeSet<>(indexesOfUnexplained());
        for (var index = operations.size() - 1; index >= 0 && shown.size() < SHOWN; index--) {
            shown.add(index);
        }
        return shown;
    }

    private TreeMap<Long, Integer> columns(TreeSet<Integer> shown) {
        var columns = new TreeMap<Long, Integer>();
        shown.stream()
                .map(operations::get)
                .flatMapToLong(operation -> operation.outcome() instanceof Answered<O> answer
                        ? LongStream.of(operation.invoked(), answer.at())
                        : LongStream.of(operation.invoked()))
                .sorted()
                .forEach(time -> columns.putIfAbsent(time, columns.size()));
        return columns;
    }

    private static <I, O> String bar(Operation<I, O> operation, TreeMap<Long, Integer> columns, int width) {
        var from = 2 * columns.getOrDefault(operation.invoked(), 0);
        return " ".repeat(from)
                + switch (operation.outcome()) {
                    case Answered<O>(var _, var at) -> {
                        var length = 2 * columns.getOrDefault(at, 0) - from;
                        yield length == 0 ? "|" : "|" + "-".repeat(length - 1) + "|";
                    }
                    case Outcome.Unknown<O>() -> "|" + ".".repeat(width - from - 1);
                };
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
