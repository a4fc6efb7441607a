package io.covenant.transactions.simulated;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// What one branch does in the simulated business: moves an amount on an account, which must not become
/// negative.
///
/// @param name    of the branch
/// @param service where the account is
/// @param amount  added to the account; nothing is written for 0
/// @param once    whether the service keeps a row under the transaction's id, and refuses a second one, as
///                an order under an order number would be
/// @param whenLow whether it only reads when there is enough on the account, so that doing it again may end
///                otherwise
public record BranchWork(String name, String service, int account, long amount, boolean once, boolean whenLow) {

    private static final long ENOUGH = 90;

    public boolean onlyReads(long balance) {
        return !once && (amount == 0 || (whenLow && balance >= ENOUGH));
    }

    public BranchId in(TransactionId transaction, Attempt attempt) {
        return new BranchId(transaction, attempt, name);
    }

    public static BranchWork named(String name, List<BranchWork> works) {
        return works.stream().filter(work -> work.name().equals(name)).findAny().orElseThrow();
    }

    public static SortedSet<BranchId> branches(List<BranchWork> works, TransactionId transaction, Attempt attempt) {
        var branches = new TreeSet<BranchId>();
        works.forEach(work -> branches.add(work.in(transaction, attempt)));
        return branches;
    }
}
