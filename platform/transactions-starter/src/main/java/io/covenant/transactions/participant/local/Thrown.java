package io.covenant.transactions.participant.local;

/// Carries what a service's method threw through the scope that says which branch this is.
final class Thrown extends RuntimeException {

    Thrown(Throwable cause) {
        super(null, cause, false, false);
    }
}
