package io.covenant.security.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/// Closes what no rule names. A path at which there is nothing passes, so that whoever is authenticated hears that it
/// is unknown, and does not look for a scope that would open it.
final class UnnamedEndpoints implements AuthorizationManager<RequestAuthorizationContext> {

    /// Knows that nobody is also somebody to Spring.
    private static final AuthenticationTrustResolver TRUST = new AuthenticationTrustResolverImpl();

    private final Supplier<List<RequestMappingInfoHandlerMapping>> mappings;

    /// @param mappings asked late: they are made after the filters
    UnnamedEndpoints(Supplier<List<RequestMappingInfoHandlerMapping>> mappings) {
        this.mappings = mappings;
    }

    @Override
    public AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        return new AuthorizationDecision(
                TRUST.isAuthenticated(authentication.get()) && isNothingThere(context.getRequest()));
    }

    private boolean isNothingThere(HttpServletRequest request) {
        if (!ServletRequestPathUtils.hasParsedRequestPath(request)) {
            ServletRequestPathUtils.parseAndCache(request);
        }
        return mappings.get().stream().allMatch(mapping -> isUnknownTo(mapping, request));
    }

    /// A refusal, as of the method or the media type, is the answer of a path that is known; it tells nothing and does
    /// nothing.
    private static boolean isUnknownTo(RequestMappingInfoHandlerMapping mapping, HttpServletRequest request) {
        try {
            return mapping.getHandler(request) == null;
        } catch (Exception _) {
            return true;
        }
    }
}
