package io.covenant.launcher.platform;

/// What a platform goes through while its services record what their JVMs load and how: see [Platform#train].
@FunctionalInterface
public interface Life {

    /// Leads it.
    ///
    /// @param platform healthy, and of no use to anybody else
    void lead(Platform platform) throws InterruptedException;
}
