package io.covenant.gateway.edge;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.server.ServerWebExchange;

/// Who sent a request, as [TokenFilter] found out.
public final class Callers {

    private static final String ATTRIBUTE = Callers.class.getName();

    /// What is known of a request's caller. A request of which nothing is known was never looked at.
    private sealed interface Caller {

        record Known(Jwt token) implements Caller {}

        /// Nobody is asked for a token.
        enum Unasked implements Caller {
            ANYBODY
        }
    }

    private Callers() {}

    static void put(ServerWebExchange exchange, Jwt token) {
        exchange.getAttributes().put(ATTRIBUTE, new Caller.Known(token));
    }

    static void putAnybody(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, Caller.Unasked.ANYBODY);
    }

    /// The name in the token; empty where nobody is asked for one.
    public static Optional<String> subject(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE) instanceof Caller.Known(var token)
                ? Optional.ofNullable(token.getSubject())
                : Optional.empty();
    }

    /// When the token ends; empty where nobody is asked for one.
    public static Optional<Instant> expiry(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE) instanceof Caller.Known(var token)
                ? Optional.ofNullable(token.getExpiresAt())
                : Optional.empty();
    }

    /// Refuses a caller whose token does not carry this scope, and whoever passed no [TokenFilter].
    ///
    /// @throws ProblemException 401 or 403
    public static void require(ServerWebExchange exchange, String scope) {
        var refusal = refusal(exchange.getAttribute(ATTRIBUTE), scope);
        if (refusal != null) {
            throw refusal.asException();
        }
    }

    /// Whether [#require] would let this caller pass.
    public static boolean may(ServerWebExchange exchange, String scope) {
        return refusal(exchange.getAttribute(ATTRIBUTE), scope) == null;
    }

    private static @Nullable Problem refusal(@Nullable Caller caller, String scope) {
        return switch (caller) {
            case null ->
                Problem.of(HttpStatus.UNAUTHORIZED, "unauthenticated", "Nobody looked at who you are.")
                        .challenging("Bearer");
            case Caller.Unasked _ -> null;
            case Caller.Known(var token) -> carries(token, scope) ? null : forbidden(scope);
        };
    }

    private static boolean carries(Jwt token, String scope) {
        var scopes = token.getClaimAsString("scope");
        return scopes != null && Arrays.asList(scopes.split(" ", -1)).contains(scope);
    }

    private static Problem forbidden(String scope) {
        return Problem.of(HttpStatus.FORBIDDEN, "forbidden", "This takes the scope %s.".formatted(scope))
                .with("scope", scope)
                .challenging("Bearer error=\"insufficient_scope\", scope=\"%s\"".formatted(scope));
    }
}
