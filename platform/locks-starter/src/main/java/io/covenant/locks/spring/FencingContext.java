package io.covenant.locks.spring;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The fencing token under which the current thread works: that of the fenced method it is in, or the one
/// that came with the request.
public final class FencingContext {

    private static final ThreadLocal<@Nullable Long> TOKEN = new ThreadLocal<>();

    private FencingContext() {}

    public static OptionalLong token() {
        var token = TOKEN.get();
        return token == null ? OptionalLong.empty() : OptionalLong.of(token);
    }

    /// @throws IllegalStateException when there is none
    public static long requireToken() {
        return token().orElseThrow(
                        () -> new IllegalStateException("no fencing token: nothing here works under a lock"));
    }

    /// From now on, until it is closed.
    static Scope open(long token) {
        var before = TOKEN.get();
        TOKEN.set(token);
        return () -> {
            if (before == null) {
                TOKEN.remove();
            } else {
                TOKEN.set(before);
            }
        };
    }

    interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
