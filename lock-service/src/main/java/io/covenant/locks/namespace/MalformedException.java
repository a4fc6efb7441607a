package io.covenant.locks.namespace;

import java.io.IOException;

/// Bytes that are not what they should be.
public final class MalformedException extends IOException {

    MalformedException(String message) {
        super(message);
    }
}
