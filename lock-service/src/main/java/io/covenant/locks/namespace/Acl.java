package io.covenant.locks.namespace;

import java.util.List;
import java.util.TreeSet;

/// Who may read a file, write it (and hold the lock of its name), and change this list.
public record Acl(List<String> readers, List<String> writers, List<String> changers) {

    /// In the place of a principal: everybody.
    public static final String ANYONE = "*";

    /// The list of the root directory.
    public static final Acl OPEN = new Acl(List.of(ANYONE), List.of(ANYONE), List.of(ANYONE));

    public Acl {
        readers = sorted(readers);
        writers = sorted(writers);
        changers = sorted(changers);
    }

    private static List<String> sorted(List<String> principals) {
        return principals.size() < 2 ? List.copyOf(principals) : List.copyOf(new TreeSet<>(principals));
    }

    public boolean mayRead(String principal) {
        return names(readers, principal);
    }

    public boolean mayWrite(String principal) {
        return names(writers, principal);
    }

    public boolean mayChange(String principal) {
        return names(changers, principal);
    }

    int size() {
        return readers.size() + writers.size() + changers.size();
    }

    /// What it takes of the bytes in all.
    long weight() {
        return weight(readers) + weight(writers) + weight(changers);
    }

    private static long weight(List<String> principals) {
        return principals.stream().mapToLong(String::length).sum();
    }

    private static boolean names(List<String> principals, String principal) {
        return principals.contains(ANYONE) || principals.contains(principal);
    }
}
