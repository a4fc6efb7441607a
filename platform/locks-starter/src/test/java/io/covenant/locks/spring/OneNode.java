package io.covenant.locks.spring;

/// [OneLockNode] for the tests of other packages.
public final class OneNode implements AutoCloseable {

    private final OneLockNode node = new OneLockNode();

    public String address() {
        return node.address();
    }

    /// Whether who asks has to wait.
    public void queue(boolean queue) {
        node.queue = queue;
    }

    /// Whether sessions are ended.
    public void gone(boolean gone) {
        node.gone = gone;
    }

    public boolean acquired(String name) {
        return node.server.requests.stream()
                .anyMatch(request ->
                        request.body().contains("\"wants\"") && request.body().contains(name));
    }

    @Override
    public void close() {
        node.close();
    }
}
