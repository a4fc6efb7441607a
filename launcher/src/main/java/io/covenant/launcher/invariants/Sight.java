package io.covenant.launcher.invariants;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/// What a check saw once.
///
/// @param figures how much was looked at
/// @param violations what should not be, each in words that stay the same as long as it is there
record Sight(String figures, SequencedSet<String> violations) {

    static Sight of(String figures, Collection<String> violations) {
        return new Sight(figures, new LinkedHashSet<>(violations));
    }
}
