package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TryReply;

/// What a branch is asked: to do its work so that it can go either way.
public enum Asking {
    /// To hold the work back in a prepared transaction.
    PREPARE(Event.PREPARE_SENT, Event.PREPARE_UNANSWERED, Event.VOTED),

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
            case TRY ->
                switch (vote) {
                    case Vote.Yes _ -> TryReply.Answer.RESERVED.name();
                    case Vote.ReadOnly _ -> TryReply.Answer.NOTHING.name();
                    case Vote.No _ -> TryReply.Answer.REFUSED.name();
                };
        };
    }
}
