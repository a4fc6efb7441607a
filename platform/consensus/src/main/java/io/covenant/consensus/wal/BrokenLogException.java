package io.covenant.consensus.wal;

import java.io.IOException;
import java.util.Locale;

/// A write or a force failed, so nobody knows what is durable; the log accepts nothing more. Its owner ends
/// the process: a new one finds out what is there.
public final class BrokenLogException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean diskFull;

    private BrokenLogException(String message, boolean diskFull, IOException cause) {
        super(message, cause);
        this.diskFull = diskFull;
    }

    static BrokenLogException of(String where, IOException cause) {
        var full = isDiskFull(cause);
        return new BrokenLogException(
                full
                        ? "no space is left for the log in %s: free some and start again, nothing that was confirmed is lost (%s)"
                                .formatted(where, cause.getMessage())
                        : "the log in %s cannot be written any more, the process has to end: %s"
                                .formatted(where, cause),
                full,
                cause);
    }

    /// The same for the next who asks, with its own place in the code.
    BrokenLogException again() {
        return new BrokenLogException(String.valueOf(getMessage()), diskFull, this);
    }

    /// Whether it was for want of space.
    public boolean diskFull() {
        return diskFull;
    }

    static boolean isDiskFull(IOException failure) {
        var message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }
}
