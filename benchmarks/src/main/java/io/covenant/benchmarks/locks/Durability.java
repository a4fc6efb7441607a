package io.covenant.benchmarks.locks;

/// What has to break before a grant that was answered is lost.
enum Durability {
    /// Forced to the disks of a majority before the answer.
    MAJORITY("A: on the disks of 2 of 3 nodes"),
    /// Forced to the disk of the one node there is.
    ONE_NODE("C: on the disk of 1 node");

    private final String words;

    Durability(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
