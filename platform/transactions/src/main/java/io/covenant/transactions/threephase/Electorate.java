package io.covenant.transactions.threephase;

import io.covenant.transactions.BranchId;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// The sites of one attempt: the coordinators' and one for each branch. Fixed before the first branch hears
/// of it; any two quorums share a site.
///
/// @param branches all of the attempt, whatever they vote; not empty
public record Electorate(SortedSet<BranchId> branches) {

    public Electorate {
        branches = Collections.unmodifiableSortedSet(new TreeSet<>(branches));
    }

    static Electorate of(Set<BranchId> branches) {
        return new Electorate(new TreeSet<>(branches));
    }

    public SortedSet<Site> sites() {
        var sites = sites(branches);
        sites.add(new Site.Coordinators());
        return sites;
    }

    /// How many sites are more than half of them.
    public int quorum() {
        return (branches.size() + 1) / 2 + 1;
    }

    boolean hasQuorum(Collection<Site> some) {
        return some.size() >= quorum();
    }

    static SortedSet<Site> sites(Collection<BranchId> branches) {
        var sites = new TreeSet<Site>();
        branches.forEach(branch -> sites.add(new Site.Branch(branch)));
        return sites;
    }
}
