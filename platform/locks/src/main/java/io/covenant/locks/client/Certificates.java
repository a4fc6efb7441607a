package io.covenant.locks.client;

import java.security.NoSuchAlgorithmException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// By which certificates nodes with `https` addresses are asked, as they are at any time. Thread-safe.
@FunctionalInterface
interface Certificates {

    /// The same object for as long as they are the same.
    SSLContext now();

    /// Nothing for a node that is asked in the clear.
    default @Nullable SSLContext forNode(String node) {
        return node.startsWith("https:") ? now() : null;
    }

    /// @param given the application's; absent for as the JDK does it
    static Certificates of(@Nullable Supplier<SSLContext> given) {
        return given == null ? Certificates::standard : given::get;
    }

    private static SSLContext standard() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
