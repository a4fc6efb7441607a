package io.covenant.consensus.wal;

import java.io.IOException;

/// Something that was durable is not as it was written; the message names the file, the place, and what to
/// do.
public final class DamagedException extends IOException {

    private static final long serialVersionUID = 1L;

    public DamagedException(String message) {
        super(message);
    }
}
