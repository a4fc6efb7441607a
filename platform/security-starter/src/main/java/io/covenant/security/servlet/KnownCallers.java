package io.covenant.security.servlet;

import io.covenant.security.token.CheckedTokens;
import io.covenant.security.token.Granted;
import io.covenant.web.direct.Admission;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/// Admits who shows a token that was checked a moment ago, and whom the rules of the filter chain let in with it. It
/// checks no token itself: who is not remembered takes the way through the filters.
final class KnownCallers implements Admission {

    private static final String BEARER = "Bearer ";

    private final CheckedTokens tokens;
    private final AuthorizationManager<HttpServletRequest> rules;
    private final Granted granted = new Granted();

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
        var token = tokens.remembered(shown.substring(BEARER.length()));
        if (token == null) {
            return false;
        }
        var answer = rules.authorize(() -> new JwtAuthenticationToken(token, granted.convert(token)), request);
        return answer != null && answer.isGranted();
    }
}
