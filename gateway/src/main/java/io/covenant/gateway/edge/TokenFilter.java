package io.covenant.gateway.edge;

import io.covenant.security.SecurityProperties;
import io.covenant.security.token.CheckedTokens;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// Turns away who shows no good token, before a service hears of the request. What a token is good for is the services'
/// to say: the header goes on to them.
///
/// A token that was checked a moment ago costs a look into a map; any other is checked off the event loop, as the
/// issuer may have to be asked for its keys.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10) // after EdgeFilter
final class TokenFilter implements WebFilter {

    private static final String SCHEME = "bearer ";

    /// Absent where nobody is asked for a token.
    private final @Nullable CheckedTokens tokens;

    /// @param tokens there unless the security's mode is open: that nothing can check tokens does not open the door
    TokenFilter(SecurityProperties security, ObjectProvider<CheckedTokens> tokens) {
        this.tokens = switch (security.mode()) {
            case OPEN -> null;
            case ENFORCED -> tokens.getObject();
        };
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        var checked = tokens;
        if (checked == null) {
            Callers.putAnybody(exchange);
            return chain.filter(exchange);
        }
        if (Actuator.isOpen(exchange.getRequest().getPath().value())) {
            return chain.filter(exchange);
        }
        var header = exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Mono.error(Problem.of(
                            HttpStatus.UNAUTHORIZED,
                            "unauthenticated",
                            "This takes an access token: Authorization: Bearer <token>.")
                    .challenging("Bearer")
                    .asException());
        }
        var token = header.substring(SCHEME.length()).strip();
        var remembered = checked.remembered(token);
        return remembered != null
                ? go(exchange, chain, remembered)
                : check(checked, token).flatMap(jwt -> go(exchange, chain, jwt));
    }

    private static Mono<Void> go(ServerWebExchange exchange, WebFilterChain chain, Jwt jwt) {
        Callers.put(exchange, jwt);
        return chain.filter(exchange);
    }

    private static Mono<Jwt> check(CheckedTokens checked, String token) {
        return Mono.fromCallable(() -> checked.decode(token))
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorMap(
                        BadJwtException.class,
                        bad -> Problem.of(
                                        HttpStatus.UNAUTHORIZED,
                                        "invalid-token",
                                        "The token is not one that is taken here: expired, made for others, or not of our issuer.")
                                .challenging("Bearer error=\"invalid_token\"")
                                .causedBy(bad))
                .onErrorMap(
                        JwtException.class,
                        away -> Problem.of(
                                        HttpStatus.SERVICE_UNAVAILABLE,
                                        "issuer-unreachable",
                                        "Tokens cannot be checked: the issuer does not tell its keys.")
                                .passing()
                                .causedBy(away));
    }
}
