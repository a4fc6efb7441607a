package io.covenant.transactions.replay;

import io.covenant.transactions.Decision;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Replays the timeline of a transaction against its protocol.
///
/// A timeline may begin with a take-over, when what was before is lost, and may break off. Each take-over starts the
/// protocol anew with what lasts: the register, and what was sent.
public final class TraceReplay {

    /// Of events; a coordinator keeps no more, and what comes after is not known.
    private static final int LONGEST = 250;

    /// More ways than these to get somewhere, and something is wrong with the bounds.
    private static final int MOST_WORLDS = 100_000;

    private TraceReplay() {}

    /// Of any protocol but sagas, which nobody can replay who does not know their steps.
    public static Verdict of(TransactionResource transaction) {
        var cast = Cast.of(transaction);
        return switch (transaction.protocol()) {
            case "TWO_PHASE" ->
                transaction.timeline().stream().anyMatch(event -> OnePhaseReading.isOf(event.event()))
                        ? replayed(transaction, new RegisterRelation<>(new OnePhaseReading(), cast))
                        : replayed(transaction, new RegisterRelation<>(new TwoPhaseReading(), cast));
            case "TCC" -> replayed(transaction, new RegisterRelation<>(new TccReading(), cast));
            case "THREE_PHASE" -> replayed(transaction, new ThreePhaseRelation(cast));
            case "PAXOS_COMMIT" -> replayed(transaction, PaxosRelation.of(transaction, cast));
            default ->
                throw new IllegalArgumentException("no protocol that can be replayed: " + transaction.protocol());
        };
    }

    public static Verdict of(TransactionResource transaction, Saga saga) {
        return replayed(transaction, new SagaRelation(saga));
    }

    private static <W> Verdict replayed(TransactionResource transaction, Relation<W> relation) {
        var timeline = transaction.timeline();
        var worlds = withSilent(relation, Set.of(relation.start()));
        for (var at = 0; at < timeline.size(); at++) {
            var event = timeline.get(at);
            var next = new LinkedHashSet<W>();
            worlds.forEach(world -> next.addAll(relation.recording(world, event)));
            if (next.isEmpty()) {
                return new Verdict.Refused(at, Optional.of(event), stands(relation, worlds));
            }
            worlds = withSilent(relation, next);
        }
        return end(transaction, relation, worlds);
    }

    private static <W> Verdict end(TransactionResource transaction, Relation<W> relation, Set<W> worlds) {
        var length = transaction.timeline().size();
        if (length >= LONGEST) {
            return new Verdict.Allowed(length);
        }
        var shown = Optional.ofNullable(transaction.outcome()).flatMap(TraceReplay::decision);
        if (shown.isPresent() && worlds.stream().noneMatch(world -> relation.tells(world, shown.get()))) {
            return new Verdict.Refused(
                    length,
                    Optional.empty(),
                    "%s is shown, and the timeline does not decide it: %s"
                            .formatted(transaction.outcome(), stands(relation, worlds)));
        }
        if (transaction.finishedAt() != null && worlds.stream().noneMatch(relation::isOver)) {
            return new Verdict.Refused(
                    length,
                    Optional.empty(),
                    "it is shown as finished, and something is left to be done: " + stands(relation, worlds));
        }
        return new Verdict.Allowed(length);
    }

    private static Optional<Decision> decision(Outcome outcome) {
        return switch (outcome) {
            case COMMITTED -> Optional.of(Decision.COMMIT);
            case ABORTED -> Optional.of(Decision.ABORT);
            case UNDECIDED -> Optional.empty();
        };
    }

    private static <W> Set<W> withSilent(Relation<W> relation, Set<W> worlds) {
        var all = new LinkedHashSet<>(worlds);
        var open = new ArrayDeque<>(worlds);
        while (!open.isEmpty()) {
            for (var next : relation.silently(open.remove())) {
                if (all.add(next)) {
                    open.add(next);
                }
            }
            if (all.size() > MOST_WORLDS) {
                throw new IllegalStateException("more than %d ways to get there".formatted(MOST_WORLDS));
            }
        }
        return all;
    }

    private static <W> String stands(Relation<W> relation, Set<W> worlds) {
        return worlds.stream()
                .map(relation::describe)
                .distinct()
                .limit(3)
                .collect(Collectors.joining("; or ", "the coordinator stands at ", ""));
    }

    /// Of an event that says no more than that time was lost.
    static boolean saysNothing(Event event) {
        return event.event().equals("register-unavailable") || event.event().equals("unconfirmed");
    }
}
