package io.covenant.locks.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Supplier;

/// What the lock client shows to the lock service with each request: headers, by their names.
@FunctionalInterface
public interface LockCredentials extends Supplier<Map<String, String>> {

    /// An `Authorization` header. That there is none to be had is to the client as if no node answered: it goes on
    /// trying for as long as its lease lasts.
    static LockCredentials of(Supplier<String> authorization) {
        return () -> {
            try {
                return Map.of("Authorization", authorization.get());
            } catch (RuntimeException e) {
                throw new UncheckedIOException(new IOException("no credentials: " + e.getMessage(), e));
            }
        };
    }
}
