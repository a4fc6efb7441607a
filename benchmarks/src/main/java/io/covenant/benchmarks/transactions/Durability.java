package io.covenant.benchmarks.transactions;

/// What a contestant has on disk when it answers, and what others may see until then. All of them force their writes;
/// what they force differs.
enum Durability {
    /// All or nothing for everybody; a crash in between leaves prepared branches that nothing recovers.
    FORCED_ALONE("A: forced, nothing recovers it"),
    /// All or nothing for everybody, finished after a crash from the decision on the coordinator's disk.
    FORCED("B: forced, recovered"),
    /// The same, from the votes on the disks of most of the coordinators.
    FORCED_AT_MOST("C: forced at 2 of 3, recovered"),
    /// All or nothing in the end. Each part is committed for itself: others see it before the whole is decided.
    FORCED_IN_PARTS("D: forced in parts, recovered");

    private final String words;

    Durability(String words) {
        this.words = words;
    }

    /// Its name in a table.
    String letter() {
        return words.substring(0, 1);
    }

    @Override
    public String toString() {
        return words;
    }
}
