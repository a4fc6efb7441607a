package io.covenant.benchmarks.measure;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// How reports put figures into words.
public final class Prose {

    private Prose() {}

    /// One line for each, as Markdown.
    public static String list(List<?> lines) {
        return lines.stream().map(line -> "- " + line + "\n").collect(Collectors.joining());
    }

    /// A figure, the same in every country.
    public static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /// The middle, the least and the most in parentheses; of a single figure that alone.
    public static String spread(String format, Spread spread) {
        String middle = number(format, spread.median());
        return spread.min() == spread.max()
                ? middle
                : "%s (%s-%s)".formatted(middle, number(format, spread.min()), number(format, spread.max()));
    }
}
