package io.covenant.benchmarks.transactions;

import java.io.Serial;

/// A contestant cannot take part, as this machine does not get its programs; the others can.
final class NotToBeHadException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    NotToBeHadException(String reason) {
        super(reason);
    }
}
