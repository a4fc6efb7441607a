package io.covenant.security.servlet;

import io.covenant.security.Audience;
import io.covenant.security.Scopes;
import org.springframework.security.authorization.AllAuthoritiesAuthorizationManager;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/// Which of a service's endpoints take which scope. A service and each starter with endpoints of its own contribute
/// one bean; an endpoint that none of them names is closed.
///
/// ```java
/// @Bean
/// AccessRules stockAccess() {
///     return rules -> rules
///             .requestMatchers(HttpMethod.GET, "/api/v1/stock/**").access(outside(Scopes.STOCK_READ))
///             .requestMatchers("/api/v1/stock/**").access(outside(Scopes.STOCK_WRITE));
/// }
/// ```
@FunctionalInterface
public interface AccessRules {

    /// Adds its rules. This is no `Customizer`: Spring Security would apply that by itself, also where nobody is asked
    /// for a token.
    void addTo(AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry rules);

    /// For whoever comes through the gateway with this scope.
    static AuthorizationManager<RequestAuthorizationContext> outside(String scope) {
        return of(Audience.PLATFORM, scope);
    }

    /// For services with this scope.
    static AuthorizationManager<RequestAuthorizationContext> services(String scope) {
        return of(Audience.SERVICES, scope);
    }

    /// For both with this scope.
    static AuthorizationManager<RequestAuthorizationContext> everybody(String scope) {
        return AllAuthoritiesAuthorizationManager.hasAllAuthorities(Scopes.AUTHORITY + scope);
    }

    private static AuthorizationManager<RequestAuthorizationContext> of(Audience audience, String scope) {
        return AllAuthoritiesAuthorizationManager.hasAllAuthorities(Scopes.AUTHORITY + scope, audience.authority());
    }
}
