package io.covenant.transactions.participant;

/// Thrown by a [Confirm] method that does not find what was reserved: what was decided cannot be done, and a person has
/// to look.
///
/// It has no stack trace: what was found is what matters, not where.
public class ReservationGoneException extends RuntimeException {

    /// @param found what is there instead, for the person who looks
    public ReservationGoneException(String found) {
        super(found, null, false, false);
    }
}
