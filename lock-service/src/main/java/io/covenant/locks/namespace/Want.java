package io.covenant.locks.namespace;

/// What a request wants of one name.
///
/// @param permits  how many permits; 0 unless the mode is PERMITS
/// @param capacity how many permits the semaphore has; 0 unless the mode is PERMITS
public record Want(String name, Mode mode, int permits, int capacity) implements Comparable<Want> {

    public static Want exclusive(String name) {
        return new Want(name, Mode.EXCLUSIVE, 0, 0);
    }

    public static Want shared(String name) {
        return new Want(name, Mode.SHARED, 0, 0);
    }

    /// The first one to ask for a semaphore that nobody uses determines its capacity.
    public static Want permits(String name, int permits, int capacity) {
        return new Want(name, Mode.PERMITS, permits, capacity);
    }

    public static Want leadership(String name) {
        return new Want(name, Mode.LEADER, 0, 0);
    }

    /// How much of the name's capacity this takes: a lock has as many units as it may have readers, and a
    /// writer takes them all.
    int units(Limits limits) {
        return switch (mode) {
            case EXCLUSIVE -> limits.holders();
            case SHARED, LEADER -> 1;
            case PERMITS -> permits;
        };
    }

    int capacity(Limits limits) {
        return switch (mode) {
            case EXCLUSIVE, SHARED -> limits.holders();
            case LEADER -> 1;
            case PERMITS -> capacity;
        };
    }

    @Override
    public int compareTo(Want other) {
        return name.compareTo(other.name);
    }
}
