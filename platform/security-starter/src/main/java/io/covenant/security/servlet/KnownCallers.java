package io.covenant.security.servlet;

import io.covenant.security.token.CheckedTokens;
import io.covenant.web.direct.Admission;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authorization.AuthorizationManager;

/// Admits who shows a token that was checked a moment ago, and whom the rules of the filter chain let in with it. It
/// checks no token itself: who is not remembered takes the way through the filters.
final class KnownCallers implements Admission {

    private static final String BEARER = "Bearer ";

    private final CheckedTokens tokens;
    private final AuthorizationManager<HttpServletRequest> rules;

    /// @param rules the very ones that the filters ask
    KnownCallers(CheckedTokens tokens, AuthorizationManager<HttpServletRequest> rules) {
        this.tokens = tokens;
        this.rules = rules;
    }

    @Override
    public boolean admits(HttpServletRequest request) {
        var shown = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (shown == null || !shown.startsWith(BEARER)) {
            return false;
        }
        var bearer = tokens.bearer(shown.substring(BEARER.length()));
        if (bearer == null) {
            return false;
        }
        var answer = rules.authorize(() -> bearer, request);
        return answer != null && answer.isGranted();
    }
}
