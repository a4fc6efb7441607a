package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Protocol;
import io.covenant.transactions.TransactionId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// All transactions of one acceptor, as far as they are not forgotten.
///
/// It says what to keep and what to answer, like [PaxosAcceptor]; whoever runs it stores the [Kept] records in
/// order, forces them where it says so, and puts them back with [#restore] after a crash. Not for two threads
/// at once.
///
/// It forgets by age: ids are UUIDs of version 7, and below its horizon it takes nothing and says that it
/// forgot. What it forgets had ended, as far as it knew it. So when a majority has forgotten a transaction, no
/// majority ever took a vote of it that is not confirmed by all branches, nor ever will: a branch that is still
/// prepared can abort.
public final class AcceptorLedger {

    /// A record for the log.
    public sealed interface Kept {

        /// A transaction as it is now.
        record Entry(TransactionId id, PaxosAcceptor.State state) implements Kept {}

        /// Everything born before this is forgotten.
        record Horizon(long bornMillis) implements Kept {}
    }

    /// What a request leads to.
    ///
    /// @param kept   to be stored before the answer and the report
    /// @param forced whether it has to be durable before them
    /// @param answer to whoever asked
    /// @param report to the leader of its ballot
    public record Handled(Optional<Kept> kept, boolean forced, Optional<Reply> answer, Optional<Reply.Took> report) {}

    private static final Comparator<TransactionId> BY_AGE =
            Comparator.comparingLong(AcceptorLedger::born).thenComparing(TransactionId::value);

    private final Protocol<PaxosAcceptor.State, Request, PaxosAcceptor.Effect> rules;
    private final TreeMap<TransactionId, PaxosAcceptor.State> states = new TreeMap<>(BY_AGE);
    private long horizon;

    public AcceptorLedger() {
        this(new PaxosAcceptor());
    }

    AcceptorLedger(Protocol<PaxosAcceptor.State, Request, PaxosAcceptor.Effect> rules) {
        this.rules = rules;
    }

    /// When the id was drawn, in milliseconds since 1970.
    ///
    /// @throws IllegalArgumentException for an id that does not tell, which is not one of version 7
    public static long born(TransactionId id) {
        if (!takes(id)) {
            throw new IllegalArgumentException("not a UUID of version 7: " + id);
        }
        return id.bornMillis().orElseThrow();
    }

    /// Whether such an id can be forgotten by age, and all about it lies with the acceptors.
    public static boolean takes(TransactionId id) {
        return id.bornMillis().isPresent() && !id.isDecidedByItsBranch();
    }

    public Handled on(TransactionId id, Request request) {
        var kept = Optional.<Kept>empty();
        var forced = false;
        var answer = Optional.<Reply>empty();
        var report = Optional.<Reply.Took>empty();
        if (born(id) < horizon) {
            answer = request instanceof Request.Close || request instanceof Request.Drop
                    ? answer
                    : Optional.of(new Reply.Forgotten());
            return new Handled(kept, forced, answer, report);
        }
        var step = rules.on(state(id), request);
        restore(new Kept.Entry(id, step.next()));
        for (var effect : step.effects()) {
            switch (effect) {
                case PaxosAcceptor.Effect.Keep(var state, var force) -> {
                    kept = Optional.of(new Kept.Entry(id, state));
                    forced = force;
                }
                case PaxosAcceptor.Effect.Answer(var reply) -> answer = Optional.of(reply);
                case PaxosAcceptor.Effect.Report(var took) -> report = Optional.of(took);
            }
        }
        return new Handled(kept, forced, answer, report);
    }

    /// Forgets what was born before, but nothing from the first transaction on that has not ended here.
    ///
    /// @return what to store, without force; nothing when nothing is forgotten
    public Optional<Kept> forgetBefore(long bornMillis) {
        var upTo = states.entrySet().stream()
                .takeWhile(entry -> born(entry.getKey()) < bornMillis)
                .filter(entry -> !hasEnded(entry.getValue()))
                .mapToLong(entry -> born(entry.getKey()))
                .findFirst()
                .orElse(bornMillis);
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
            case Kept.Entry(var id, PaxosAcceptor.State.Blank _) -> states.remove(id);
            case Kept.Entry(var id, var state) -> states.put(id, state);
            case Kept.Horizon(var bornMillis) -> {
                horizon = Math.max(horizon, bornMillis);
                while (!states.isEmpty() && born(states.firstKey()) < horizon) {
                    states.pollFirstEntry();
                }
            }
        }
    }

    /// Everything as records: who takes them in has the same. Votes that only gather are among them, as having
    /// taken a vote does no harm.
    public void describe(Consumer<Kept> into) {
        into.accept(new Kept.Horizon(horizon));
        states.forEach((id, state) -> into.accept(new Kept.Entry(id, state)));
    }

    public PaxosAcceptor.State state(TransactionId id) {
        return states.getOrDefault(id, new PaxosAcceptor.State.Blank());
    }

    /// The transactions that have not ended here, oldest first: who finds old ones here finishes them.
    public List<TransactionId> unfinished(int most) {
        return states.entrySet().stream()
                .filter(entry -> !hasEnded(entry.getValue()))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }

    public int size() {
        return states.size();
    }

    public long horizonMillis() {
        return horizon;
    }

    private static boolean hasEnded(PaxosAcceptor.State state) {
        return switch (state) {
            case PaxosAcceptor.State.Closed(var _, var ended) -> ended;
            case PaxosAcceptor.State.Dropped _ -> true;
            case PaxosAcceptor.State.Blank _, PaxosAcceptor.State.Open _ -> false;
        };
    }
}
