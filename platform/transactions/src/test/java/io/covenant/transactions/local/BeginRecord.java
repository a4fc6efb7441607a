package io.covenant.transactions.local;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The begin record of an attempt, with what was noted in it since.
///
/// @param plan   of the protocol; its works are beside it
/// @param closed what its owner decided without the register
/// @param notes  what the owner learnt, as far as it is not lost
public record BeginRecord(
        TransactionId id,
        Attempt attempt,
        Object plan,
        List<Work> works,
        Instant deadline,
        String owner,
        int epoch,
        Optional<Decision> closed,
        boolean ended,
        Set<String> notes) {

    public static BeginRecord fresh(
            TransactionId id, Attempt attempt, Object plan, List<Work> works, Instant deadline, String owner) {
        return new BeginRecord(id, attempt, plan, works, deadline, owner, 1, Optional.empty(), false, Set.of());
    }

    /// Whoever holds the highest epoch of an attempt drives it; a lower one may still try.
    public record Lease(TransactionId id, Attempt attempt, int epoch) {}

    public Lease lease() {
        return new Lease(id, attempt, epoch);
    }

    public Work work(BranchId branch) {
        return Work.named(branch.name(), works);
    }

    public Set<BranchId> branches() {
        return Work.branches(works, id, attempt);
    }

    boolean is(Lease lease) {
        return lease().equals(lease);
    }

    BeginRecord ownedBy(String newOwner) {
        return new BeginRecord(id, attempt, plan, works, deadline, newOwner, epoch + 1, closed, ended, notes);
    }

    /// Without the register only a transaction that wrote nothing commits: then nobody is left to be told.
    BeginRecord closedAs(Decision decision) {
        var over = ended || decision == Decision.COMMIT;
        return new BeginRecord(id, attempt, plan, works, deadline, owner, epoch, Optional.of(decision), over, notes);
    }

    BeginRecord endedAs(Decision decision, boolean registered) {
        var shown = registered ? closed : closed.or(() -> Optional.of(decision));
        return new BeginRecord(id, attempt, plan, works, deadline, owner, epoch, shown, true, notes);
    }

    BeginRecord noting(String note) {
        var more = new TreeSet<>(notes);
        more.add(note);
        return new BeginRecord(id, attempt, plan, works, deadline, owner, epoch, closed, ended, more);
    }
}
