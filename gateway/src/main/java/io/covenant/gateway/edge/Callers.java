package io.covenant.gateway.edge;

import java.util.Arrays;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.server.ServerWebExchange;

/// Who sent a request, where tokens are asked for.
public final class Callers {

    private static final String ATTRIBUTE = Callers.class.getName();

    private Callers() {}

    static void put(ServerWebExchange exchange, Jwt token) {
        exchange.getAttributes().put(ATTRIBUTE, token);
    }

    /// The name in the token; empty where nobody is asked for one.
    public static Optional<String> subject(ServerWebExchange exchange) {
        return Optional.ofNullable(exchange.<Jwt>getAttribute(ATTRIBUTE)).map(Jwt::getSubject);
    }

    /// Refuses a caller whose token does not carry this scope.
    ///
    /// @throws ProblemException 403
    public static void require(ServerWebExchange exchange, String scope) {
        var token = exchange.<Jwt>getAttribute(ATTRIBUTE);
        if (token == null) {
            return; // nobody is asked
        }
        var scopes = token.getClaimAsString("scope");
        if (scopes == null || Arrays.stream(scopes.split(" ", -1)).noneMatch(scope::equals)) {
            throw Problem.of(HttpStatus.FORBIDDEN, "forbidden", "This takes the scope %s.".formatted(scope))
                    .with("scope", scope)
                    .challenging("Bearer error=\"insufficient_scope\", scope=\"%s\"".formatted(scope))
                    .asException();
        }
    }
}
