package io.covenant.transactions.threephase;

import io.covenant.transactions.threephase.Standing.Position;
import java.util.Optional;

/// What somebody does who has waited too long.
public enum TimeOutRule {

    /// Ask a coordinator to stand for election. The default, and the only rule for production.
    ELECT,

    /// Decide alone, as textbooks draw three-phase commit (D. Skeen, 1981). Right only where nobody pauses,
    /// no message is late and no network splits; otherwise one site commits while another aborts, see
    /// [SplitDecision].
    UNSAFE_TEXTBOOK;

    /// What a participant decides by itself; nothing when it must not.
    Optional<Outcome> alone(Standing standing) {
        return switch (this) {
            case ELECT -> Optional.empty();
            case UNSAFE_TEXTBOOK ->
                Optional.of(
                        standing.position() == Position.PRE_COMMITTED || standing.position() == Position.COMMITTED
                                ? Outcome.commit(standing.sealed())
                                : Outcome.ABORT);
        };
    }
}
