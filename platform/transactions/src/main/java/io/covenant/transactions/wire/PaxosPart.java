package io.covenant.transactions.wire;

import io.covenant.transactions.paxoscommit.Ballot;
import java.util.List;
import java.util.Map;

/// What a participant needs beside the work to vote under Paxos Commit: its vote goes to the acceptors, and the answer
/// only says that it is done.
///
/// @param ballot    in which it votes
/// @param plan      all branches of the attempt, which it passes on
/// @param acceptors base addresses of where the votes go, by the names of the coordinators
/// @param again     whether it has answered before, so that its vote must have been lost
public record PaxosPart(Ballot ballot, List<PlannedBranch> plan, Map<String, String> acceptors, boolean again) {

    public PaxosPart {
        plan = List.copyOf(plan);
        acceptors = Map.copyOf(acceptors);
    }
}
