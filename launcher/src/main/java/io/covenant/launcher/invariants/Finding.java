package io.covenant.launcher.invariants;

import java.util.List;

/// What came of one check.
///
/// @param sentence what must be true
/// @param verdict whether it is
/// @param figures how much was looked at
/// @param violations what is not as it should be, in words
public record Finding(String sentence, Verdict verdict, String figures, List<String> violations) {

    /// Whether something that must be true is true.
    public enum Verdict {
        /// It is.
        OK,
        /// It is not.
        VIOLATED,
        /// It could not be seen.
        UNKNOWN
    }

    public Finding {
        violations = List.copyOf(violations);
    }

    /// Whether it is known to be true.
    public boolean holds() {
        return verdict == Verdict.OK;
    }
}
