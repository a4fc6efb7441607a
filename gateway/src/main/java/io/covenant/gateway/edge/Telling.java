package io.covenant.gateway.edge;

import java.util.function.BiConsumer;
import org.springframework.web.server.ServerWebExchange;

/// What an instance is told beside what the client said, in headers that replace whatever was said under their names.
public interface Telling {

    /// @param say takes a header's name and value
    void tell(ServerWebExchange exchange, BiConsumer<String, String> say);
}
