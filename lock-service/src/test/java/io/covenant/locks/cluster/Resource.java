package io.covenant.locks.cluster;

import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// What the locks are there for: a number for each name, that holders read and write one higher. Whoever comes
/// with an older token than it has seen, to read or to write, is refused.
final class Resource implements Program {

    static final String NAME = "resource";

    /// What a holder asks.
    sealed interface Ask {

        String name();

        long token();

        Lease by();

        record Read(String name, long token, Lease by) implements Ask {}

        record Write(String name, long token, Lease by, long value) implements Ask {}
    }

    /// What it hears.
    sealed interface Said {

        record Shows(long value) implements Said {}

        record Refused() implements Said {}
    }

    private static final class Guarded {
        private long value;
        private long token;
        private long accepted;
        private long acknowledged;
        private long unknown;
    }

    private final Node node;
    private final History history;
    private final Map<String, Guarded> numbers = new TreeMap<>();

    /// A transaction happens once, however often a message comes.
    private final Map<Long, Said> done = new HashMap<>();

    Resource(Node node, History history) {
        this.node = node;
        this.history = history;
    }

    private Guarded number(String name) {
        return numbers.computeIfAbsent(name, _ -> new Guarded());
    }

    @Override
    public void receive(String from, Object message) {
        var question = (Node.Question) message;
        var said = done.computeIfAbsent(question.number(), _ -> said((Ask) question.body()));
        node.reply(from, question, said);
    }

    private Said said(Ask ask) {
        var number = number(ask.name());
        if (ask.token() < number.token) {
            history.count(Seen.FENCED);
            if (ask.by().counts(ask.name(), ask.token())) {
                throw new AssertionError("%s holds %s by its own clock and is refused with %d, after %d"
                        .formatted(ask.by().holder(), ask.name(), ask.token(), number.token));
            }
            return new Said.Refused();
        }
        number.token = ask.token();
        if (ask instanceof Ask.Write(var _, var token, var by, var value)) {
            write(number, token, by, value);
        }
        return new Said.Shows(number.value);
    }

    private void write(Guarded number, long token, Lease by, long value) {
        if (token < number.accepted) {
            throw new AssertionError(
                    "%s writes with %d after %d was accepted".formatted(by.holder(), token, number.accepted));
        }
        if (value != number.value + 1) {
            throw new AssertionError(
                    "%s writes %d over %d: an increment is lost".formatted(by.holder(), value, number.value));
        }
        number.accepted = token;
        number.value = value;
    }

    // ---- what holders say of it

    /// Until an answer comes, nobody knows.
    void asked(String name) {
        number(name).unknown++;
    }

    void answered(String name, Said said) {
        var number = number(name);
        number.unknown--;
        if (said instanceof Said.Shows) {
            number.acknowledged++;
            history.count(Seen.GUARDED_WRITE);
        }
    }

    void requireEveryIncrement() {
        numbers.forEach((name, number) -> {
            if (number.value < number.acknowledged || number.value > number.acknowledged + number.unknown) {
                throw new AssertionError("%s shows %d, with %d increments acknowledged and %d of unknown outcome"
                        .formatted(name, number.value, number.acknowledged, number.unknown));
            }
        });
    }
}
