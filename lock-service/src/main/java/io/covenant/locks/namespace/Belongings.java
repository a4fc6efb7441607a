package io.covenant.locks.namespace;

import java.util.NavigableSet;
import java.util.TreeSet;

/// What ends with a session. Derived from locks and files.
final class Belongings {

    /// The names of which it has holds that are not lost.
    final NavigableSet<String> held = new TreeSet<>();

    /// The paths of its ephemeral files.
    final NavigableSet<String> files = new TreeSet<>();
}
