package io.covenant.web.request;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/// Gives every request an id: to the logs, to the client, and to the services that are called on its behalf.
public final class RequestIdFilter extends OncePerRequestFilter {

    private static final String ID = RequestIdFilter.class.getName() + ".id";

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var id = request.getAttribute(ID) instanceof String given
                ? given
                : RequestId.acceptOrMake(request.getHeader(RequestId.HEADER));
        request.setAttribute(ID, id);
        response.setHeader(RequestId.HEADER, id);
        MDC.put(RequestId.MDC_KEY, id);
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove(RequestId.MDC_KEY);
        }
    }

    /// The container comes back here to report an error: still the same request.
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }
}
