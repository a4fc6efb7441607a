package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TryReply;

/// What a branch is asked: to do its work, so that it can go either way wherever others have a say.
public enum Asking {
    /// To hold the work back in a prepared transaction.
    PREPARE(Event.PREPARE_SENT, Event.PREPARE_UNANSWERED, Event.VOTED),

    /// To do the work and commit it, as the only branch of its transaction.
    RUN(Event.RUN_SENT, Event.RUN_UNANSWERED, Event.RAN),

    /// To reserve, in a transaction that it commits.
    TRY(Event.TRY_SENT, Event.TRY_UNANSWERED, Event.TRIED);

    private final Event sent;
    private final Event unanswered;
    private final Event answered;

    Asking(Event sent, Event unanswered, Event answered) {
        this.sent = sent;
        this.unanswered = unanswered;
        this.answered = answered;
    }

    Event sent() {
        return sent;
    }

    Event unanswered() {
        return unanswered;
    }

    Event answered() {
        return answered;
    }

    /// The vote in the words of whoever was asked.
    String said(Vote vote) {
        return switch (this) {
            case PREPARE -> PrepareReply.of(vote).vote().name();
            case RUN ->
                switch (vote) {
                    case Vote.Yes _ -> "COMMITTED";
                    case Vote.ReadOnly _ -> PrepareReply.Choice.READ_ONLY.name();
                    case Vote.No _ -> "REFUSED";
                };
            case TRY ->
                switch (vote) {
                    case Vote.Yes _ -> TryReply.Answer.RESERVED.name();
                    case Vote.ReadOnly _ -> TryReply.Answer.NOTHING.name();
                    case Vote.No _ -> TryReply.Answer.REFUSED.name();
                };
        };
    }
}
