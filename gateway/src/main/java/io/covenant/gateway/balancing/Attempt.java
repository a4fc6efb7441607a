package io.covenant.gateway.balancing;

import io.covenant.balancing.Instance;
import io.covenant.gateway.upstream.Answer;
import io.covenant.gateway.upstream.Upstream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import reactor.core.Disposable;
import reactor.netty.http.client.HttpClientResponse;

/// One try of a request at one instance: an exchange of its own, so that an answer which comes when nobody waits for it
/// any longer touches neither the answer of another instance nor the client's.
final class Attempt extends ServerWebExchangeDecorator {

    private static final List<String> ANSWER = List.of(
            Answer.ATTRIBUTE,
            BalancingFilter.SOCKET,
            ServerWebExchangeUtils.CLIENT_RESPONSE_ATTR,
            ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR,
            ServerWebExchangeUtils.CLIENT_RESPONSE_HEADER_NAMES,
            ServerWebExchangeUtils.ORIGINAL_RESPONSE_CONTENT_TYPE_ATTR,
            ServerWebExchangeUtils.GATEWAY_ALREADY_ROUTED_ATTR,
            ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);

    /// What an answer that is not wanted has to give back.
    private static final List<String> CONNECTIONS =
            List.of(Answer.ATTRIBUTE, BalancingFilter.SOCKET, ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR);

    private static final String NUMBER = Attempt.class.getName();

    private final Attributes attributes;
    private final Head head;

    /// @param number 1 for the first
    Attempt(ServerWebExchange exchange, Instance instance, int number) {
        super(exchange);
        this.attributes = new Attributes(exchange.getAttributes());
        this.head = new Head(exchange.getResponse());
        attributes.put(Upstream.ADDRESS, instance.address());
        attributes.put(NUMBER, number);
    }

    /// The number of the try that this exchange is; 1 if it is none.
    static int number(ServerWebExchange exchange) {
        return exchange.getAttributeOrDefault(NUMBER, 1);
    }

    @Override
    public Map<String, Object> getAttributes() {
        return attributes;
    }

    @Override
    public ServerHttpResponse getResponse() {
        return head;
    }

    /// The status of the answer.
    int status() {
        if (attributes.get(Answer.ATTRIBUTE) instanceof Answer answer) {
            return answer.status();
        }
        if (head.status != null && !attributes.containsKey(ServerWebExchangeUtils.CLIENT_RESPONSE_ATTR)) {
            return head.status.value(); // a socket's
        }
        HttpClientResponse response = getRequiredAttribute(ServerWebExchangeUtils.CLIENT_RESPONSE_ATTR);
        return response.status().code();
    }

    /// Makes this the answer to the client.
    void accept() {
        var exchange = getDelegate();
        for (var name : ANSWER) {
            var value = attributes.get(name);
            if (value != null) {
                exchange.getAttributes().put(name, value);
            }
        }
        if (attributes.get(Answer.ATTRIBUTE) instanceof Answer answer) {
            exchange.getResponse().setStatusCode(HttpStatusCode.valueOf(answer.status()));
            answer.addHeadersTo(exchange.getResponse().getHeaders());
        } else if (head.status != null) {
            exchange.getResponse().setStatusCode(head.status);
        }
        exchange.getResponse().getHeaders().addAll(head.headers);
    }

    /// Wants no answer any longer: the connection is closed, now or as soon as the answer comes.
    void abandon() {
        attributes.abandon();
    }

    private static final class Attributes extends ConcurrentHashMap<String, Object> {

        private static final long serialVersionUID = 1;

        private volatile boolean abandoned;

        Attributes(Map<String, Object> others) {
            super(others);
        }

        @Override
        public @Nullable Object put(String name, Object value) {
            var before = super.put(name, value);
            if (abandoned) {
                dispose();
            }
            return before;
        }

        void abandon() {
            abandoned = true;
            dispose();
        }

        private void dispose() {
            for (var name : CONNECTIONS) {
                if (get(name) instanceof Disposable connection) {
                    connection.dispose();
                }
            }
        }
    }

    private static final class Head extends ServerHttpResponseDecorator {

        private final HttpHeaders headers = new HttpHeaders();
        private volatile @Nullable HttpStatusCode status;

        Head(ServerHttpResponse response) {
            super(response);
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public boolean setStatusCode(@Nullable HttpStatusCode code) {
            status = code;
            return true;
        }

        @Override
        public @Nullable HttpStatusCode getStatusCode() {
            return status;
        }
    }
}
