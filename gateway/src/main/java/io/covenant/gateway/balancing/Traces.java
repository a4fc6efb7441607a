package io.covenant.gateway.balancing;

import io.covenant.gateway.edge.Callers;
import io.covenant.security.Scopes;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/// Tells whoever asks for it, and may see what operators see, where their request went and why.
@Component
final class Traces {

    /// Asks with any value; the answer has the trace under the same name.
    static final String HEADER = "X-Decision-Trace";

    private final JsonMapper json;

    Traces(JsonMapper json) {
        this.json = json.rebuild().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    }

    /// @return `null` for a request that does not ask, or must not
    @Nullable
    RequestTrace of(ServerWebExchange exchange, String route, String service) {
        if (!exchange.getRequest().getHeaders().containsHeader(HEADER)) {
            return null;
        }
        if (!Callers.may(exchange, Scopes.GATEWAY_READ)) {
            tell(exchange, () -> "takes the scope " + Scopes.GATEWAY_READ);
            return null;
        }
        var trace = new RequestTrace(route, service, System.nanoTime());
        tell(exchange, () -> trace.told(json));
        return trace;
    }

    private static void tell(ServerWebExchange exchange, Supplier<String> what) {
        var response = exchange.getResponse();
        response.beforeCommit(() -> {
            response.getHeaders().set(HEADER, what.get());
            return Mono.empty();
        });
    }
}
