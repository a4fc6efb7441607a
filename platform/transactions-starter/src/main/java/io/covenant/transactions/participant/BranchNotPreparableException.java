package io.covenant.transactions.participant;

/// A branch's method did what a prepared transaction cannot hold, such as to open a second transaction. A fault of the
/// method; the branch rolls back and votes NO.
public final class BranchNotPreparableException extends RuntimeException {

    BranchNotPreparableException(String message) {
        super(message);
    }
}
