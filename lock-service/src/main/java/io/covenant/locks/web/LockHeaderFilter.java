package io.covenant.locks.web;

import io.covenant.locks.node.LockNode;
import io.covenant.locks.wire.LockHeaders;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/// Tells index, term and epoch with every answer.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 50)
final class LockHeaderFilter extends OncePerRequestFilter {

    private final LockNode node;

    LockHeaderFilter(LockNode node) {
        this.node = node;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader(LockHeaders.INDEX, Long.toString(node.index()));
        response.setHeader(LockHeaders.TERM, Long.toString(node.term()));
        response.setHeader(LockHeaders.EPOCH, Long.toString(node.epoch()));
        chain.doFilter(request, response);
    }
}
