package io.covenant.transactions.initiator;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// How a transaction is committed: the protocols that coordinators run.
///
/// In headers and configuration each is written in kebab case, as `two-phase`.
public enum CommitProtocol {
    /// Branches prepare, and commit together: nobody sees the middle; locks are held until the decision.
    TWO_PHASE,
    /// The same in one more round: a quorum of the databases can end what its coordinators left.
    THREE_PHASE,
    /// Branches reserve, and confirm together: no locks are held, what is reserved can be seen.
    TCC,
    /// Steps of their own, taken back where it does not go on: others see the middle, nothing waits.
    SAGA,
    /// As two-phase, decided by a majority of the coordinators: no one of them and no database of theirs is waited for.
    PAXOS_COMMIT;

    /// The header in which a client asks for one.
    public static final String HEADER = "X-Commit-Protocol";

    /// What that header may hold.
    public static final String RULE =
            Arrays.stream(values()).map(CommitProtocol::text).collect(Collectors.joining(", ", "must be one of ", ""));

    /// The protocol of this name in kebab case.
    public static Optional<CommitProtocol> of(String text) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.text().equals(text))
                .findFirst();
    }

    /// Its name in kebab case.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
