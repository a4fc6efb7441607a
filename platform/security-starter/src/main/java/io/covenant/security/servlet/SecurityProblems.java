package io.covenant.security.servlet;

import io.covenant.security.Audience;
import io.covenant.security.Scopes;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/// Says who is not let in, and why: 401 without a good token, 403 without the scope, 503 when the issuer of tokens does
/// not tell its keys. `WWW-Authenticate` as RFC 6750 has it.
final class SecurityProblems implements AuthenticationEntryPoint, AccessDeniedHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SecurityProblems.class);

    private final ProblemWriter writer;

    SecurityProblems(ProblemWriter writer) {
        this.writer = writer;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        switch (failure) {
            case OAuth2AuthenticationException token -> {
                LOG.info("refused a token: {}", token.getMessage());
                response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
                writer.write(
                        Problem.of(
                                HttpStatus.UNAUTHORIZED,
                                "invalid-token",
                                "The token is not one that is taken here: expired, made for others, or not of our issuer."),
                        request,
                        response);
            }
            case AuthenticationServiceException issuer -> {
                LOG.error("cannot check tokens: {}", issuer.getMessage());
                writer.write(
                        Problem.of(
                                        HttpStatus.SERVICE_UNAVAILABLE,
                                        "issuer-unreachable",
                                        "Tokens cannot be checked: the issuer does not tell its keys.")
                                .retryAfter(Duration.ofSeconds(1)),
                        request,
                        response);
            }
            case AuthenticationException _ -> {
                response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
                writer.write(
                        Problem.of(
                                HttpStatus.UNAUTHORIZED,
                                "unauthenticated",
                                "This takes an access token: Authorization: Bearer <token>."),
                        request,
                        response);
            }
        }
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        var needed = needed(denied);
        var scopes = needed.stream()
                .filter(authority -> authority.startsWith(Scopes.AUTHORITY))
                .map(authority -> authority.substring(Scopes.AUTHORITY.length()))
                .toList();
        var problem = Problem.of(HttpStatus.FORBIDDEN, "forbidden", why(needed, scopes));
        response.setHeader(
                HttpHeaders.WWW_AUTHENTICATE,
                scopes.isEmpty()
                        ? "Bearer error=\"insufficient_scope\""
                        : "Bearer error=\"insufficient_scope\", scope=\"%s\"".formatted(String.join(" ", scopes)));
        writer.write(scopes.isEmpty() ? problem : problem.with("scope", String.join(" ", scopes)), request, response);
    }

    private static String why(List<String> needed, List<String> scopes) {
        if (scopes.isEmpty()) {
            return "Nobody is let in here.";
        }
        var scope = "This takes the scope %s".formatted(String.join(" ", scopes));
        if (needed.contains(Audience.SERVICES.authority())) {
            return scope + ", in a token made for services.";
        }
        return needed.contains(Audience.PLATFORM.authority())
                ? scope + ", in a token made for the outside."
                : scope + ".";
    }

    private static List<String> needed(AccessDeniedException denied) {
        return denied instanceof AuthorizationDeniedException because
                        && because.getAuthorizationResult() instanceof AuthorityAuthorizationDecision decision
                ? decision.getAuthorities().stream()
                        .map(GrantedAuthority::getAuthority)
                        .toList()
                : List.of();
    }
}
