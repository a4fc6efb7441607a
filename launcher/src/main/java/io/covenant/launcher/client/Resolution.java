package io.covenant.launcher.client;

import java.time.Duration;
import java.util.Optional;

/// A write's final answer, and how it came about.
///
/// @param answer DONE or REFUSED; anything else, or nothing at all, when patience was over before it was known
/// @param unknownFor how long it was unknown: from the first answer that was none to the one that was; empty
///     when the first one was it
/// @param requests how many requests it took
public record Resolution(Optional<Answer> answer, Optional<Duration> unknownFor, int requests) {

    /// Whether it is known what became of the write.
    public boolean isKnown() {
        return answer.filter(Answer::isFinal).isPresent();
    }
}
