package io.covenant.transactions.replay;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The branches of an attempt, by the names that a timeline has for them.
///
/// @param services who has each
/// @param readers  those that are known to have written nothing
record Cast(Map<String, BranchId> branches, SortedMap<BranchId, String> services, Set<BranchId> readers) {

    /// Why a branch refused does not matter to the protocol.
    static final Refusal REFUSAL = Refusal.of("refused", "The branch refused.");

    static Cast of(TransactionResource transaction) {
        var branches = new LinkedHashMap<String, BranchId>();
        var services = new TreeMap<BranchId, String>();
        transaction
                .branches()
                .forEach(branch -> BranchId.parse(branch.gid()).ifPresent(id -> {
                    branches.put(branch.name(), id);
                    services.put(id, branch.service());
                }));
        var readers = transaction.branches().stream()
                .filter(branch -> branch.vote() == PrepareReply.Choice.READ_ONLY)
                .flatMap(branch -> Optional.ofNullable(branches.get(branch.name())).stream())
                .collect(Collectors.toSet());
        return new Cast(branches, services, readers);
    }

    SortedSet<BranchId> all() {
        return new TreeSet<>(branches.values());
    }

    /// Those that a commit seals of which nobody has recorded the votes.
    SortedSet<BranchId> writers() {
        var writers = all();
        writers.removeAll(readers);
        return writers;
    }

    Optional<BranchId> of(Event event) {
        return Optional.ofNullable(event.branch()).flatMap(name -> Optional.ofNullable(branches.get(name)));
    }

    /// In whatever words the protocol has for it.
    static Optional<Vote> vote(Event event) {
        return switch (event.detail()) {
            case "YES", "COMMITTED", "RESERVED" -> Optional.of(new Vote.Yes());
            case "READ_ONLY", "NOTHING" -> Optional.of(new Vote.ReadOnly());
            case "NO", "REFUSED" -> Optional.of(new Vote.No(REFUSAL));
            case null, default -> Optional.empty();
        };
    }

    static Optional<Decision> decision(Event event) {
        return switch (event.detail()) {
            case "COMMIT", "CONFIRM" -> Optional.of(Decision.COMMIT);
            case "ABORT", "CANCEL" -> Optional.of(Decision.ABORT);
            case null, default -> Optional.empty();
        };
    }
}
