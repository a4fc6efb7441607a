package io.covenant.consensus.register;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// The names of three acceptors, exchanged: two worlds that differ only so are one.
final class Renaming {

    private static final List<List<Integer>> ORDERS = List.of(
            List.of(0, 1, 2), List.of(0, 2, 1), List.of(1, 0, 2), List.of(1, 2, 0), List.of(2, 0, 1), List.of(2, 1, 0));

    /// Gives a numbered thing under other names.
    @FunctionalInterface
    interface Renamed {
        int number(int thing, IntUnaryOperator acceptor);
    }

    private record Known(List<Integer> order, List<Integer> proposals, List<Integer> letters) {}

    private final Renamed proposal;
    private final Renamed letter;
    private final List<Known> known = ORDERS.stream()
            .map(order -> new Known(order, new ArrayList<>(), new ArrayList<>()))
            .toList();

    Renaming(Renamed proposal, Renamed letter) {
        this.proposal = proposal;
        this.letter = letter;
    }

    /// The one of six equal worlds that stands for all.
    SmallWorld.State least(SmallWorld.State state) {
        var least = state;
        for (var renaming : known) {
            var other = rename(state, renaming);
            if (compare(other, least) < 0) {
                least = other;
            }
        }
        return least;
    }

    private SmallWorld.State rename(SmallWorld.State state, Known renaming) {
        var acceptors = new Integer[3];
        for (var i = 0; i < 3; i++) {
            acceptors[renaming.order().get(i)] = state.acceptors().get(i);
        }
        var proposers = state.proposers().stream()
                .map(number -> lookUp(renaming.proposals(), number, renaming.order(), proposal))
                .toList();
        var mail = new BitSet();
        for (var number = state.mail().nextSetBit(0);
                number >= 0;
                number = state.mail().nextSetBit(number + 1)) {
            mail.set(lookUp(renaming.letters(), number, renaming.order(), letter));
        }
        return new SmallWorld.State(List.of(acceptors), proposers, state.lives(), mail);
    }

    private static int lookUp(List<Integer> table, int number, List<Integer> order, Renamed renamed) {
        while (table.size() <= number) {
            table.add(-1);
        }
        if (table.get(number) < 0) {
            table.set(number, renamed.number(number, order::get));
        }
        return table.get(number);
    }

    private static int compare(SmallWorld.State one, SmallWorld.State other) {
        var byAcceptors = compare(one.acceptors(), other.acceptors());
        var byProposers = byAcceptors != 0 ? byAcceptors : compare(one.proposers(), other.proposers());
        return byProposers != 0
                ? byProposers
                : Arrays.compare(one.mail().toLongArray(), other.mail().toLongArray());
    }

    private static int compare(List<Integer> one, List<Integer> other) {
        for (var i = 0; i < one.size(); i++) {
            var by = Integer.compare(one.get(i), other.get(i));
            if (by != 0) {
                return by;
            }
        }
        return 0;
    }
}
