package io.covenant.locks.spring.names;

/// An instance of a service, as the registry knows it.
///
/// @param service  its name in contracts, `orders` for instance
/// @param instance its name among its equals, `orders-1` for instance
public record RegisteredInstance(String service, String instance, ServiceRecord record) {}
