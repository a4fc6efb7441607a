package io.covenant.consensus.wal;

import java.io.IOException;

/// The directory may not be used by who asked: it is somebody else's, in use, or empty where it must not be.
public final class DirectoryRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    DirectoryRefusedException(String message) {
        super(message);
    }
}
