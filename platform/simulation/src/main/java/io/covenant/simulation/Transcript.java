package io.covenant.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/// Every event of one run, as text.
public final class Transcript {

    private final List<String> lines = new ArrayList<>();

    private Transcript() {}

    /// Plays the story in a world of this seed, and keeps what happened.
    public static Transcript of(long seed, Consumer<World> story) {
        var transcript = new Transcript();
        story.accept(new World(seed, new Journal(transcript)));
        return transcript;
    }

    /// Plays the story twice. Where the two runs differ something in it does not come from the seed, and no
    /// failure that it finds could be had again.
    ///
    /// @throws AssertionError with the first difference
    public static Transcript reconciled(long seed, Consumer<World> story) {
        var first = of(seed, story);
        var second = of(seed, story);
        var length = Math.max(first.lines.size(), second.lines.size());
        for (var i = 0; i < length; i++) {
            var one = first.lineOrEnd(i);
            var other = second.lineOrEnd(i);
            if (!Objects.equals(one, other)) {
                throw new AssertionError(
                        "seed %d was played twice and differs at event %d:%n  %s%n  %s".formatted(seed, i, one, other));
            }
        }
        return first;
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    void add(String line) {
        lines.add(line);
    }

    private String lineOrEnd(int i) {
        return i < lines.size() ? lines.get(i) : "(the end)";
    }
}
