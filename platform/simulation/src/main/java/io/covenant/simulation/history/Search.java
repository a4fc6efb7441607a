package io.covenant.simulation.history;

import io.covenant.simulation.history.Outcome.Answered;
import io.covenant.simulation.history.Outcome.Unknown;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Wing and Gong's search for an order, with Lowe's memory.
///
/// Next may come any operation that was invoked before the first answer among those that are left. Where
/// none of them fits the search goes back; a set of operations that once led to a state is not tried with
/// this state again. It ends when all answers are explained.
///
/// An operation of unknown outcome may come anywhere after its invocation, or nowhere. These are tried last,
/// and only where they can matter: not before an equal one that was invoked earlier, and not where the same
/// answers had been explained and the same state been reached with fewer of them.
final class Search<S, I, O> {

    enum Result {
        FOUND,
        NONE,
        GIVEN_UP
    }

    private enum Kind {
        CALL,
        ANSWER,
        UNKNOWN_CALL,
        END
    }

    /// A place in one of two rings, of calls and answers and of calls of unknown outcome, both in the order
    /// of time.
    private static final class Entry {

        final Kind kind;
        final int operation;
        final long time;
        Entry next = this;
        Entry previous = this;

        Entry(Kind kind, int operation, long time) {
            this.kind = kind;
            this.operation = operation;
            this.time = time;
        }

        void insertBefore(Entry other) {
            next = other;
            previous = other.previous;
            relink();
        }

        void unlink() {
            previous.next = next;
            next.previous = previous;
        }

        /// Undoes the latest `unlink` that is not undone yet.
        void relink() {
            previous.next = this;
            next.previous = this;
        }
    }

    private record Choice<S>(Entry entry, S before) {}

    private final Model<S, I, O> model;
    private final List<Operation<I, O>> operations;
    private final int limit;
    private final Entry ring = new Entry(Kind.END, -1, Long.MAX_VALUE);
    private final Entry unknownRing = new Entry(Kind.END, -1, Long.MAX_VALUE);
    private final Map<Integer, Entry> answers = new HashMap<>();
    private final Map<Integer, Integer> twins = new HashMap<>();
    private final Linearized linearized;
    private final Map<Linearized.Answered<S>, List<long[]>> remembered = new HashMap<>();
    private final Deque<Choice<S>> choices = new ArrayDeque<>();
    private S state;
    private int configurations;

    /// When the first answer that is left came. Each way through the ring finds it anew, and between two calls
    /// of unknown outcome it stays.
    private long horizon;

    private int unexplained;
    private int left = Integer.MAX_VALUE;
    private int farthest;
    private List<Integer> farthestOrder = List.of();
    private S farthestState;

    Search(Model<S, I, O> model, List<Operation<I, O>> operations, int limit) {
        this.model = model;
        this.operations = operations;
        this.limit = limit;
        this.linearized = new Linearized(operations);
        this.state = model.initial();
        this.farthestState = state;
        layOut();
    }

    private void layOut() {
        var entries = new ArrayList<Entry>();
        var latest = new HashMap<I, Integer>();
        for (var i = 0; i < operations.size(); i++) {
            var operation = operations.get(i);
            switch (operation.outcome()) {
                case Answered<O>(var _, var at) -> {
                    var answer = new Entry(Kind.ANSWER, i, at);
                    answers.put(i, answer);
                    entries.add(new Entry(Kind.CALL, i, operation.invoked()));
                    entries.add(answer);
                    unexplained++;
                }
                case Unknown<O>() -> {
                    new Entry(Kind.UNKNOWN_CALL, i, operation.invoked()).insertBefore(unknownRing);
                    var twin = latest.put(operation.input(), i);
                    if (twin != null) {
                        twins.put(i, twin);
                    }
                }
            }
        }
        entries.sort(Comparator.<Entry>comparingLong(entry -> entry.time).thenComparing(entry -> entry.kind));
        entries.forEach(entry -> entry.insertBefore(ring));
    }

    Result run() {
        var candidate = ring.next;
        while (unexplained > 0) {
            if (configurations > limit) {
                return Result.GIVEN_UP;
            }
            if (candidate.kind == Kind.ANSWER) {
                horizon = candidate.time;
                candidate = unknownRing.next;
            } else if (candidate.kind == Kind.CALL || candidate.time <= horizon) {
                candidate = choose(candidate) ? ring.next : candidate.next;
            } else if (choices.isEmpty()) {
                return Result.NONE;
            } else {
                candidate = goBack().next;
            }
        }
        return Result.FOUND;
    }

    int configurations() {
        return configurations;
    }

    /// The order that explained the most answers before the search had to go back, as places in the list of
    /// operations.
    List<Integer> farthestOrder() {
        return farthestOrder;
    }

    S farthestState() {
        return farthestState;
    }

    private boolean choose(Entry entry) {
        var after = after(entry.operation);
        if (after.isEmpty()) {
            return false;
        }
        linearized.add(entry.operation);
        if (!isNew(after.get())) {
            linearized.remove(entry.operation);
            return false;
        }
        choices.push(new Choice<>(entry, state));
        state = after.get();
        entry.unlink();
        var answer = answers.get(entry.operation);
        if (answer != null) {
            answer.unlink();
            unexplained--;
            noteHowFar();
        }
        return true;
    }

    private boolean isNew(S after) {
        var unknowns = remembered.computeIfAbsent(linearized.answered(after), _ -> new ArrayList<>(1));
        for (var fewer : unknowns) {
            if (linearized.hasAll(fewer)) {
                return false;
            }
        }
        configurations++;
        unknowns.add(linearized.unknown());
        return true;
    }

    private Entry goBack() {
        noteOrder();
        var choice = choices.pop();
        var entry = choice.entry();
        var answer = answers.get(entry.operation);
        if (answer != null) {
            answer.relink();
            unexplained++;
        }
        entry.relink();
        linearized.remove(entry.operation);
        state = choice.before();
        return entry;
    }

    private Optional<S> after(int operation) {
        var input = operations.get(operation).input();
        return switch (operations.get(operation).outcome()) {
            case Answered<O>(var output, var _) -> model.answered(state, input, output);
            case Unknown<O>() -> hasTwinLeft(operation) ? Optional.empty() : model.unanswered(state, input);
        };
    }

    private boolean hasTwinLeft(int operation) {
        var twin = twins.get(operation);
        return twin != null && !linearized.contains(twin);
    }

    private void noteHowFar() {
        if (unexplained < left) {
            left = unexplained;
            farthestState = state;
            farthest = choices.size();
        }
    }

    /// Only when it comes to an end, as all the shorter orders before are of no use.
    private void noteOrder() {
        if (farthest > 0) {
            var order = new ArrayList<Integer>(choices.size());
            choices.descendingIterator().forEachRemaining(choice -> order.add(choice.entry().operation));
            farthestOrder = order.subList(0, farthest);
            farthest = 0;
        }
    }
}
