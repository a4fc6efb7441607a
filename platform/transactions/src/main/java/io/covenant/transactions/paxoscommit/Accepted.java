package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.BranchId;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// What an acceptor has taken in a ballot, for all registers of a transaction together.
public sealed interface Accepted {

    Ballot ballot();

    /// What comes of it if a majority has taken the same; empty while votes are missing.
    Optional<Outcome> outcome();

    /// Votes of the branches themselves, in the ballot in which the attempt was begun. They are all the same: a branch
    /// that is not prepared casts none.
    record Votes(Ballot ballot, Plan plan, SortedSet<BranchId> prepared) implements Accepted {
        public Votes {
            prepared = Collections.unmodifiableSortedSet(new TreeSet<>(prepared));
        }

        static Votes none(Ballot ballot, Plan plan) {
            return new Votes(ballot, plan, Collections.emptySortedSet());
        }

        Votes with(SortedSet<BranchId> more) {
            var all = new TreeSet<>(prepared);
            all.addAll(more);
            return new Votes(ballot, plan, all);
        }

        @Override
        public Optional<Outcome> outcome() {
            return prepared.equals(plan.branches()) ? Optional.of(Outcome.commit(plan)) : Optional.empty();
        }
    }

    /// What a leader of a higher ballot had to choose, or was free to.
    record Verdict(Ballot ballot, Outcome decided) implements Accepted {
        @Override
        public Optional<Outcome> outcome() {
            return Optional.of(decided);
        }
    }

    /// What may be proposed in a ballot after a majority has promised to take nothing below it any more: in each
    /// register what was accepted in the highest ballot, and in one that nobody reports, where nothing can
    /// have been chosen, ABORT.
    ///
    /// A ballot takes all registers of a transaction or none, so the highest ballot is the same for all of
    /// them. Several acceptors may report different votes of it; a vote that one reports may have a majority.
    ///
    /// @param reported by a majority; empty when none of them took anything
    static Optional<Outcome> safe(Collection<Accepted> reported) {
        var highest = reported.stream().map(Accepted::ballot).max(Comparator.naturalOrder());
        return reported.stream()
                .filter(accepted -> highest.equals(Optional.of(accepted.ballot())))
                .reduce(Accepted::together)
                .map(Accepted::chosen);
    }

    private static Accepted together(Accepted one, Accepted other) {
        return one instanceof Votes some && other instanceof Votes others ? some.with(others.prepared()) : one;
    }

    private static Outcome chosen(Accepted accepted) {
        return switch (accepted) {
            case Verdict(var _, var decided) -> decided;
            case Votes votes -> votes.outcome().orElseGet(() -> Outcome.abort(votes.plan()));
        };
    }
}
