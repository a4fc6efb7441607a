package io.covenant.consensus.register;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// All registers of one acceptor, as far as they are not forgotten.
///
/// It says what to keep and what to answer, like [Acceptor]; whoever runs it stores the [Kept] records in
/// order, forces them where it says so, and puts them back with [#restore] after a crash. Not for two
/// threads at once.
public final class Registers {

    /// A record for the log.
    public sealed interface Kept {

        /// A register as it is now.
        record Register(RegisterKey key, Acceptor.State state) implements Kept {}

        /// Everything born before this is forgotten.
        record Horizon(long born) implements Kept {}
    }

    /// What a request leads to.
    ///
    /// @param kept   to be stored before the answer
    /// @param forced whether what is kept has to be durable before the answer
    public record Outcome(Optional<Kept> kept, boolean forced, Reply answer) {}

    /// The rules of one register.
    @FunctionalInterface
    interface Rules {
        Step<Acceptor.State, Acceptor.Effect> on(Acceptor.State state, Request request);
    }

    private final Rules rules;
    private final TreeMap<RegisterKey, Acceptor.State> states = new TreeMap<>();
    private long horizon;

    public Registers() {
        this(new Acceptor()::on);
    }

    Registers(Rules rules) {
        this.rules = rules;
    }

    public Outcome on(RegisterKey key, Request request) {
        if (key.born() < horizon) {
            return new Outcome(Optional.empty(), false, new Reply.Forgotten(horizon));
        }
        var step = rules.on(state(key), request);
        var outcome = new Outcome(Optional.empty(), false, new Reply.Forgotten(horizon));
        for (var effect : step.effects()) {
            outcome = switch (effect) {
                case Acceptor.Effect.Keep(var state, var forced) ->
                    new Outcome(Optional.of(new Kept.Register(key, state)), forced, outcome.answer());
                case Acceptor.Effect.Answer(var reply) -> new Outcome(outcome.kept(), outcome.forced(), reply);
            };
        }
        outcome.kept().ifPresent(this::restore);
        return outcome;
    }

    /// Forgets what was born before, but nothing from the first register on that is not closed here.
    ///
    /// Whoever calls this knows that all of those registers are finished, and that nobody will ask for them
    /// any more; a register that is open elsewhere could not be decided any more.
    ///
    /// @return what to store; nothing when nothing is forgotten
    public Optional<Kept> forgetBefore(long born) {
        var open = states.entrySet().stream()
                .takeWhile(entry -> entry.getKey().born() < born)
                .filter(entry -> !(entry.getValue() instanceof Acceptor.State.Closed))
                .mapToLong(entry -> entry.getKey().born())
                .findFirst();
        var upTo = open.orElse(born);
        if (upTo <= horizon) {
            return Optional.empty();
        }
        var kept = new Kept.Horizon(upTo);
        restore(kept);
        return Optional.of(kept);
    }

    /// Takes in what was stored.
    public void restore(Kept kept) {
        switch (kept) {
            case Kept.Register(var key, var state) -> states.put(key, state);
            case Kept.Horizon(var born) -> {
                horizon = Math.max(horizon, born);
                states.headMap(new RegisterKey(horizon, "\0")).clear();
            }
        }
    }

    /// Everything as records: who takes them in has the same.
    public void describe(Consumer<Kept> into) {
        into.accept(new Kept.Horizon(horizon));
        states.forEach((key, state) -> into.accept(new Kept.Register(key, state)));
    }

    public Acceptor.State state(RegisterKey key) {
        return states.getOrDefault(key, new Acceptor.State.Blank());
    }

    /// The registers that are not closed, oldest first: who finds old ones here finishes them.
    public List<RegisterKey> open(int most) {
        var open = new ArrayList<RegisterKey>();
        for (var entry : states.entrySet()) {
            if (open.size() == most) {
                break;
            }
            if (!(entry.getValue() instanceof Acceptor.State.Closed)) {
                open.add(entry.getKey());
            }
        }
        return open;
    }

    public int size() {
        return states.size();
    }

    public long horizon() {
        return horizon;
    }
}
