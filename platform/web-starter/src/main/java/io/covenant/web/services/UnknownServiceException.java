package io.covenant.web.services;

/// A name that the topology does not know. Asked first by [ServiceClient#knows], this is a bug.
public final class UnknownServiceException extends IllegalArgumentException {

    public UnknownServiceException(String service) {
        super("No service '%s' is configured (covenant.services.%s)".formatted(service, service));
    }
}
