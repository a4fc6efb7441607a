package io.covenant.security;

/// Whom a token is made for: the `aud` claim.
///
/// A token for the outside opens nothing that services have among themselves, whatever scopes it carries, and the other
/// way round: so a token that leaks at the edge is of no use inside.
public enum Audience {

    /// People and programs that come through the gateway.
    PLATFORM("covenant"),

    /// The services among themselves.
    SERVICES("covenant-services");

    private final String claim;

    Audience(String claim) {
        this.claim = claim;
    }

    /// As it stands in the token.
    public String claim() {
        return claim;
    }

    /// The authority that a token of this audience carries.
    public String authority() {
        return "AUDIENCE_" + claim;
    }
}
