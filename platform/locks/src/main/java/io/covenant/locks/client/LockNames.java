package io.covenant.locks.client;

import java.nio.charset.StandardCharsets;

/// Names of locks that are made of names from elsewhere.
public final class LockNames {

    private static final String SAFE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";

    private LockNames() {}

    /// A text as one segment of a name. What a name may not contain is percent-encoded, so that different texts make
    /// different segments: `a..b` becomes `a.%2Eb`, most others stay as they are.
    ///
    /// @throws IllegalArgumentException for the empty text, of which there is no segment
    public static String segment(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("an empty text is no segment of a lock's name");
        }
        if (text.equals(".")) {
            return "%2E";
        }
        var segment = new StringBuilder(text.length());
        for (byte part : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (part & 0xff);
            boolean dotAfterDot = c == '.' && !segment.isEmpty() && segment.charAt(segment.length() - 1) == '.';
            if (SAFE.indexOf(c) < 0 || dotAfterDot) {
                segment.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            } else {
                segment.append(c);
            }
        }
        return segment.toString();
    }
}
