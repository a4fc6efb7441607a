package io.covenant.locks.spring;

import io.covenant.locks.fencing.FencedOffException;
import io.covenant.locks.wire.LockHeaders;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/// Puts the token of a request into the [FencingContext] of its thread, and answers 409 `stale-token` when
/// a guard refuses it.
final class FencingTokenFilter extends OncePerRequestFilter {

    static final String STALE = "The lock passed on: this comes with an older token than the resource has seen.";

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        OptionalLong token;
        try {
            token = FencingHeaders.parse(request.getHeader(LockHeaders.FENCING_TOKEN));
        } catch (IllegalArgumentException malformed) {
            problem(
                    response,
                    400,
                    "fencing-token-invalid",
                    LockHeaders.FENCING_TOKEN + ": must be a positive number",
                    "");
            return;
        }
        try {
            if (token.isPresent()) {
                try (var _ = FencingContext.open(token.getAsLong())) {
                    chain.doFilter(request, response);
                }
            } else {
                chain.doFilter(request, response);
            }
        } catch (ServletException | RuntimeException failure) {
            var fenced = fencedOff(failure);
            if (fenced == null || response.isCommitted()) {
                throw failure;
            }
            problem(
                    response,
                    409,
                    "stale-token",
                    STALE,
                    ",\"given\":%d,\"current\":%d".formatted(fenced.given(), fenced.current()));
        }
    }

    private static @Nullable FencedOffException fencedOff(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FencedOffException fenced) {
                return fenced;
            }
        }
        return null;
    }

    private static void problem(HttpServletResponse response, int status, String code, String detail, String more)
            throws IOException {
        response.reset();
        response.setStatus(status);
        response.setContentType("application/problem+json");
        var document =
                "{\"type\":\"https://covenant.io/problems/%1$s\",\"status\":%2$d,\"code\":\"%1$s\",\"detail\":\"%3$s\"%4$s}"
                        .formatted(code, status, detail, more);
        response.getOutputStream().write(document.getBytes(StandardCharsets.UTF_8));
    }
}
