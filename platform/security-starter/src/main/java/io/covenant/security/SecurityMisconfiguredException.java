package io.covenant.security;

/// It is not said whose tokens count, or that none do; ends the start-up.
public final class SecurityMisconfiguredException extends RuntimeException {

    private final String fix;

    private SecurityMisconfiguredException(String problem, String fix) {
        super(problem);
        this.fix = fix;
    }

    static SecurityMisconfiguredException withoutIssuer() {
        return new SecurityMisconfiguredException(
                "No issuer of access tokens is configured.",
                "Set covenant.security.issuer to the URI of an OpenID Connect issuer; './covenant up' runs one for development."
                        + " To let everybody in, on this machine only, set covenant.security.mode=open.");
    }

    static SecurityMisconfiguredException openToTheNetwork(String address) {
        return new SecurityMisconfiguredException(
                "covenant.security.mode is open, and the service listens at %s.".formatted(address),
                "Set covenant.security.issuer and leave the mode at enforced, or listen to the loopback interface only:"
                        + " server.address=127.0.0.1, and no other management.server.address.");
    }

    /// What to do about it.
    public String fix() {
        return fix;
    }
}
