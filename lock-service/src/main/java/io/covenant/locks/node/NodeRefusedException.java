package io.covenant.locks.node;

/// A node cannot be started as it is configured.
public final class NodeRefusedException extends RuntimeException {

    private final String remedy;

    NodeRefusedException(String what, String remedy) {
        super(what);
        this.remedy = remedy;
    }

    /// What to do about it.
    public String remedy() {
        return remedy;
    }
}
