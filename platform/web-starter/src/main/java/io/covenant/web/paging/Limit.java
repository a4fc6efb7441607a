package io.covenant.web.paging;

/// How many items a page holds at most: `@RequestParam(defaultValue = Limit.DEFAULT) Limit limit`.
///
/// @param value between 1 and 200
public record Limit(int value) {

    /// What a client gets that does not say.
    public static final String DEFAULT = "50";

    public static final int MOST = 200;

    public Limit {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException("must be between 1 and " + MOST);
        }
    }

    /// Reads a limit from a parameter; Spring finds this method by its name.
    public static Limit valueOf(String parameter) {
        try {
            return new Limit(Integer.parseInt(parameter));
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("must be between 1 and " + MOST);
        }
    }

    /// How many rows to read, so that a page knows whether another follows.
    public int plusOne() {
        return value + 1;
    }
}
