package io.covenant.locks.spring;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Reads fencing tokens from headers.
final class FencingHeaders {

    private FencingHeaders() {}

    /// @return empty when there is none
    /// @throws IllegalArgumentException when it is no positive number below 2^63
    static OptionalLong parse(@Nullable String header) {
        if (header == null) {
            return OptionalLong.empty();
        }
        if (!header.matches("[1-9][0-9]{0,18}")) {
            throw new IllegalArgumentException("a fencing token is a positive number");
        }
        try {
            return OptionalLong.of(Long.parseLong(header));
        } catch (NumberFormatException tooLarge) {
            throw new IllegalArgumentException("a fencing token is a positive number below 2^63", tooLarge);
        }
    }

    static OptionalLong parse(byte @Nullable [] header) {
        return parse(header == null ? (String) null : new String(header, StandardCharsets.US_ASCII));
    }
}
