package io.covenant.coordinator.acceptor;

import java.io.IOException;

/// A directory is that of an acceptor of another group.
public final class OtherGroupException extends IOException {

    OtherGroupException(String message) {
        super(message);
    }
}
