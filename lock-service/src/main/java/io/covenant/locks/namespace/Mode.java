package io.covenant.locks.namespace;

/// How a name is held, which also tells the kind of thing that stands behind the name.
public enum Mode {
    /// A lock, by one owner alone.
    EXCLUSIVE(Kind.LOCK),
    /// A lock, together with others that share it.
    SHARED(Kind.LOCK),
    /// Some permits of a semaphore.
    PERMITS(Kind.SEMAPHORE),
    /// The office of an election.
    LEADER(Kind.ELECTION);

    /// What a name stands for, as long as somebody holds it or waits for it.
    public enum Kind {
        LOCK,
        SEMAPHORE,
        ELECTION
    }

    private final Kind kind;

    Mode(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
