package io.covenant.coordinator.paxos;

import io.covenant.coordinator.paxos.Peers.Introduction;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Introduces a new disk to the other coordinators until enough of them know it.
///
/// When one of them knows another disk of this node, the directory was lost and with it what this acceptor has
/// promised. Then it takes no part, and says what to do. Leading does not need it: any majority of the others
/// will do.
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    private static final Duration AGAIN = Duration.ofMillis(500);
    private static final Duration LATER = Duration.ofSeconds(10);

    /// Where this acceptor stands with its group.
    enum Standing {
        /// Too few of the others know it yet.
        FOUNDING,
        ADMITTED,
        /// It lost its directory.
        REFUSED
    }

    private final PaxosParts parts;
    private final Set<String> believedBy = new HashSet<>();
    private volatile Standing standing;

    Admission(PaxosParts parts) {
        this.parts = parts;
        this.standing = parts.acceptor().isAdmitted() ? Standing.ADMITTED : Standing.FOUNDING;
    }

    Standing standing() {
        return standing;
    }

    void start() {
        if (standing != Standing.ADMITTED) {
            parts.workers().execute(this::introduce);
        }
    }

    private void introduce() {
        var before = standing;
        var refusedBy = new HashSet<String>();
        for (var member : parts.settings().acceptors()) {
            if (!member.equals(parts.node()) && !believedBy.contains(member)) {
                switch (parts.peers().introduce(member, parts.acceptor().disk())) {
                    case Introduction.BELIEVED -> believedBy.add(member);
                    case Introduction.DISBELIEVED -> refusedBy.add(member);
                    case Introduction.UNANSWERED -> {}
                }
            }
        }
        if (refusedBy.isEmpty() && believedBy.size() >= parts.acceptor().introductions()) {
            admit();
        } else if (!refusedBy.isEmpty()) {
            standing = Standing.REFUSED;
            if (before != Standing.REFUSED) {
                LOG.error(refusal(refusedBy));
            }
            parts.later(LATER, () -> parts.workers().execute(this::introduce));
        } else {
            parts.later(AGAIN, () -> parts.workers().execute(this::introduce));
        }
    }

    private void admit() {
        try {
            parts.acceptor().admitted();
            standing = Standing.ADMITTED;
            LOG.info(
                    "this coordinator is an acceptor of the group {}",
                    parts.settings().acceptors());
        } catch (IOException broken) {
            LOG.error("the log of this acceptor is broken", broken);
        }
    }

    private String refusal(Set<String> refusedBy) {
        return ("%s knows this coordinator with another directory than %s: that one is lost, and with it what %s had"
                        + " promised as an acceptor of PAXOS_COMMIT. It takes no part until the directory is back; the others go"
                        + " on without it. If it is lost for good: run no transactions under PAXOS_COMMIT until"
                        + " covenant_paxos_unfinished is 0 at the others, stop all coordinators, delete the directories of all,"
                        + " start them: they found a new group.")
                .formatted(String.join(" and ", refusedBy), parts.settings().directory(), parts.node());
    }

    /// What is wrong, and what to do, in words; empty when nothing is.
    String advice() {
        return switch (standing) {
            case ADMITTED -> "";
            case FOUNDING ->
                "a new directory: waits until %d of the other coordinators answer"
                        .formatted(parts.acceptor().introductions());
            case REFUSED ->
                "the directory %s was lost; the log says what to do"
                        .formatted(parts.settings().directory());
        };
    }
}
