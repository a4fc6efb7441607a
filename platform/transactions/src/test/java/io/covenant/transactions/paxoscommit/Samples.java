package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/// What the tables are made of, and how they show it: a transaction with the branches `a` and `b`, and the
/// acceptors `x`, `y` and `z`.
final class Samples {

    static final List<String> ACCEPTORS = List.of("x", "y", "z");
    static final TransactionId ID = idBornAt(1_000, 1);
    static final BranchId A = branch("a");
    static final BranchId B = branch("b");
    static final Plan PLAN = new Plan(new TreeMap<>(Map.of(A, "orders", B, "inventory")));
    static final Outcome COMMIT = Outcome.commit(PLAN);
    static final Outcome ABORT = Outcome.abort(PLAN);

    private Samples() {}

    static TransactionId idBornAt(long millis, int number) {
        return new TransactionId(new UUID((millis << 16) | 0x7000, 0x8000_0000_0000_0000L | number));
    }

    private static BranchId branch(String name) {
        return new BranchId(ID, new Attempt(1), name);
    }

    static Ballot ballot(long round, String node) {
        return new Ballot(round, node, 0);
    }

    static Accepted.Votes votes(Ballot ballot, BranchId... branches) {
        return new Accepted.Votes(ballot, PLAN, new TreeSet<>(Arrays.asList(branches)));
    }

    static Class<?>[] kinds(Collection<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }

    static String show(Ballot ballot) {
        return ballot.round() + "." + ballot.node();
    }

    static String show(Outcome outcome) {
        return outcome.plan().isEmpty()
                ? "ABORT (nothing begun)"
                : outcome.decision().toString();
    }

    static String show(Accepted accepted) {
        return switch (accepted) {
            case Accepted.Votes(var ballot, var _, var prepared) -> "%s at %s".formatted(names(prepared), show(ballot));
            case Accepted.Verdict(var ballot, var outcome) -> "%s at %s".formatted(show(outcome), show(ballot));
        };
    }

    static String show(Request request) {
        return switch (request) {
            case Request.Claim(var ballot) -> "Claim " + show(ballot);
            case Request.Cast(var ballot, var _, var who) -> "Cast %s at %s".formatted(who.name(), show(ballot));
            case Request.Accept(var ballot, var outcome) -> "Accept %s at %s".formatted(show(outcome), show(ballot));
            case Request.Close(var outcome, var ended) -> "Close %s%s".formatted(show(outcome), ended ? ", ended" : "");
            case Request.Drop _ -> "Drop";
        };
    }

    static String show(Reply reply) {
        return switch (reply) {
            case Reply.Promised(var ballot, var accepted) ->
                "Promised %s%s"
                        .formatted(
                                show(ballot),
                                accepted.map(taken -> ", took " + show(taken)).orElse(""));
            case Reply.Took(var ballot, var outcome) -> "Took %s at %s".formatted(show(outcome), show(ballot));
            case Reply.Outbid(var ballot, var promised) -> "%s is outbid by %s".formatted(show(ballot), show(promised));
            case Reply.Closed(var outcome, var ended) -> "Closed %s%s".formatted(show(outcome), ended ? ", ended" : "");
            case Reply.Forgotten _ -> "Forgotten";
        };
    }

    static String names(Collection<BranchId> branches) {
        return branches.stream().map(BranchId::name).collect(Collectors.joining(" "));
    }
}
