package io.covenant.consensus.transport;

import java.io.IOException;

/// The other side did not behave, or is not who it has to be.
final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    RefusedException(String why) {
        super(why);
    }
}
