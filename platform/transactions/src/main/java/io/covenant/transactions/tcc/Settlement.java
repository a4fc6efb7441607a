package io.covenant.transactions.tcc;

/// A branch's answer to `confirm` and `cancel`.
public sealed interface Settlement {

    /// The branch is as decided, and its barrier rows say so.
    record Done() implements Settlement {}

    /// The branch is not, or cannot be shown to be, as decided. A person has to look.
    record Hazard(Finding finding) implements Settlement {}

    /// The evidence of a hazard.
    enum Finding {
        /// To be confirmed, and never tried here: its rows were lost, as by a restored database.
        NEVER_TRIED,
        /// To be confirmed, and cancelled before: by hand, since no coordinator could have said so.
        CANCELLED,
        /// To be confirmed, and what was reserved is not there any more.
        RESERVATION_GONE,
        /// To be cancelled, and confirmed before: by hand, since no coordinator could have said so.
        CONFIRMED,
        /// To be confirmed, and so old that its rows may be purged: it cannot be shown any more.
        FORGOTTEN
    }
}
