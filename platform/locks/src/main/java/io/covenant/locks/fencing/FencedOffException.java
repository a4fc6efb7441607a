package io.covenant.locks.fencing;

/// A write came with an older token than the resource has seen: the lock passed on meanwhile. Nothing was written.
public final class FencedOffException extends RuntimeException {

    private final String resource;
    private final long given;
    private final long current;

    FencedOffException(String resource, long given, long current) {
        super("%s was written under token %d; token %d is too old".formatted(resource, current, given));
        this.resource = resource;
        this.given = given;
        this.current = current;
    }

    public String resource() {
        return resource;
    }

    public long given() {
        return given;
    }

    /// The highest token that the resource has seen.
    public long current() {
        return current;
    }
}
