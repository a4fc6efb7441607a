package io.covenant.web.services;

/// What this service shows to the others: the value of the `Authorization` header of a request that has none.
///
/// Called for each request, on its thread; thread-safe.
@FunctionalInterface
public interface Credentials {

    /// The header's value.
    ///
    /// @throws RuntimeException if there is none to be had; the request is not sent then
    String authorization();
}
