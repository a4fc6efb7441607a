package io.covenant.transactions.local;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// What one branch does in the simulated business: takes an amount from an account, where there has to be
/// enough.
///
/// @param amount   0 takes nothing
/// @param holds    how long before the service asks what becomes of it
/// @param takes    how long it works after it has said that it will report; zero when it works at once
/// @param trouble  how often undoing it fails before it works
/// @param refusals how often doing it is refused before it is not
public record Work(
        String name,
        String service,
        int account,
        long amount,
        Duration holds,
        Duration takes,
        int trouble,
        int refusals) {

    public BranchId in(TransactionId transaction, Attempt attempt) {
        return new BranchId(transaction, attempt, name);
    }

    public static Work named(String name, List<Work> works) {
        return works.stream().filter(work -> work.name().equals(name)).findAny().orElseThrow();
    }

    public static SortedSet<BranchId> branches(List<Work> works, TransactionId transaction, Attempt attempt) {
        var branches = new TreeSet<BranchId>();
        works.forEach(work -> branches.add(work.in(transaction, attempt)));
        return branches;
    }
}
