package io.covenant.gateway.edge;

import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.stereotype.Component;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/// Another door than the world's, with the same request ids, problem documents and lines in the log.
@Component
public final class Door {

    private final EdgeFilter edge;
    private final TokenFilter tokens;
    private final ProblemHandler problems;

    Door(EdgeFilter edge, TokenFilter tokens, ProblemHandler problems) {
        this.edge = edge;
        this.tokens = tokens;
        this.problems = problems;
    }

    public HttpHandler before(WebHandler handler) {
        return WebHttpHandlerBuilder.webHandler(handler)
                .filter(edge, tokens)
                .exceptionHandler(problems)
                .build();
    }
}
