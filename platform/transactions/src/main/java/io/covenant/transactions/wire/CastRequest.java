package io.covenant.transactions.wire;

import io.covenant.transactions.paxoscommit.Ballot;
import java.util.List;

/// Brings an acceptor votes of branches that are prepared.
///
/// @param votes of one moment; they need have nothing to do with each other
public record CastRequest(List<Cast> votes) {

    public CastRequest {
        votes = List.copyOf(votes);
    }

    /// One vote. There is no other than "prepared": who refuses casts nothing.
    ///
    /// @param gid    of the branch that votes
    /// @param ballot in which it was asked to
    /// @param plan   all branches of its attempt
    public record Cast(String gid, Ballot ballot, List<PlannedBranch> plan) {

        public Cast {
            plan = List.copyOf(plan);
        }
    }
}
