package io.covenant.security;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/// Who sent a request, as the token says.
///
/// @param subject     a person's or a program's name with the issuer
/// @param customer    the customer that a shopper is; absent for whoever acts for all
/// @param authorities `SCOPE_…` and `AUDIENCE_…`
public record Caller(String subject, Optional<String> customer, Set<String> authorities) {

    /// The claim that names the customer.
    public static final String CUSTOMER = "customer";

    /// Whoever calls a service that asks nobody for a token.
    public static final Caller UNCHECKED = new Caller("unchecked", Optional.empty(), Set.of());

    public Caller {
        authorities = Set.copyOf(authorities);
    }

    /// Who was authenticated.
    ///
    /// @throws IllegalArgumentException if it was not by a token
    public static Caller of(Authentication authentication) {
        if (!(authentication instanceof JwtAuthenticationToken token)) {
            throw new IllegalArgumentException(
                    "not authenticated by a token: " + authentication.getClass().getSimpleName());
        }
        return new Caller(
                token.getName(),
                Optional.ofNullable(token.getToken().getClaimAsString(CUSTOMER)),
                token.getAuthorities().stream()
                        .map(GrantedAuthority::getAuthority)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /// Whether the token carries this scope.
    public boolean may(String scope) {
        return authorities.contains(Scopes.AUTHORITY + scope);
    }

    /// Whether what belongs to this customer is this caller's business: that customer's own, or everybody's.
    public boolean mayActFor(String owner) {
        return customer.map(owner::equals).orElse(true);
    }
}
