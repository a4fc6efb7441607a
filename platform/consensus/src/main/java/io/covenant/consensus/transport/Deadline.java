package io.covenant.consensus.transport;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/// Closes a socket when its two sides have not got to know each other in time, whatever the other one drips.
final class Deadline implements AutoCloseable {

    private final Duration patience;
    private final Thread thread;
    private volatile boolean passed;

    Deadline(Duration patience, Socket socket) {
        this.patience = patience;
        this.thread = Thread.ofVirtual().start(() -> watch(socket));
    }

    private void watch(Socket socket) {
        try {
            Thread.sleep(patience);
            passed = true;
            Connections.close(socket);
        } catch (InterruptedException inTime) {
            return;
        }
    }

    /// What to say of a failure under this deadline.
    IOException explain(IOException failure) {
        return passed
                ? new RefusedException("did not say who it is within %d ms".formatted(patience.toMillis()))
                : failure;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
