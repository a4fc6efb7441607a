package io.covenant.transactions.wire;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the site of a branch answers when it is asked to take part in an election, or to move.
///
/// @param standing where it stands; absent with [Answer#ACCEPTED]
public record SiteReply(Answer answer, @Nullable Stands standing) {

    public enum Answer {
        /// It takes part, durably.
        ELECTED,
        /// It has moved, durably.
        ACCEPTED,
        /// Neither: it has heard of a higher election, or knows the decision.
        REFUSED
    }

    /// A [Standing].
    ///
    /// @param sealed the gids of the branches that commit
    public record Stands(
            ElectionNumber lastElected, ElectionNumber lastAttempt, Standing.Position position, List<String> sealed) {

        public Stands {
            sealed = List.copyOf(sealed);
        }

        private static Stands of(Standing standing) {
            return new Stands(
                    ElectionNumber.of(standing.lastElected()),
                    ElectionNumber.of(standing.lastAttempt()),
                    standing.position(),
                    standing.sealed().stream().map(BranchId::gid).toList());
        }

        private Standing toStanding() {
            var branches = new TreeSet<BranchId>();
            for (var gid : sealed) {
                branches.add(BranchId.parse(gid).orElseThrow(() -> new IllegalArgumentException("no branch: " + gid)));
            }
            return new Standing(lastElected.toElection(), lastAttempt.toElection(), position, branches);
        }
    }

    public static SiteReply elected(Standing standing) {
        return new SiteReply(Answer.ELECTED, Stands.of(standing));
    }

    public static SiteReply accepted() {
        return new SiteReply(Answer.ACCEPTED, null);
    }

    public static SiteReply refused(Standing standing) {
        return new SiteReply(Answer.REFUSED, Stands.of(standing));
    }

    /// As the core hears it from the site that was asked in this election.
    ///
    /// @throws IllegalArgumentException when it says nothing that could be an answer
    public Input toInput(Site site, Election asked) {
        return switch (answer) {
            case ELECTED -> new Input.Elected(site, asked, stood());
            case ACCEPTED -> new Input.Accepted(site, asked);
            case REFUSED -> new Input.Refused(site, asked, stood());
        };
    }

    private Standing stood() {
        if (standing == null) {
            throw new IllegalArgumentException("an answer without a standing");
        }
        return standing.toStanding();
    }
}
