package io.covenant.gateway.balancing;

import io.covenant.gateway.edge.Problem;
import io.covenant.gateway.edge.ProblemException;
import io.covenant.gateway.edge.Served;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;

/// Sends a request to an instance of the service that its route names (`service://orders`).
///
/// The instances take turns; those that do not listen or do not answer are passed over while others do. A
/// request of which two have the effect of one (GET, HEAD, PUT, DELETE, OPTIONS, or any that carries an
/// `Idempotency-Key`) goes on to an instance not tried yet when one refuses the connection or breaks it
/// before the answer. Any other request is sent once; where that fails, the client is told whether anything
/// was sent.
@Component
final class BalancingFilter implements GlobalFilter, Ordered {

    /// The scheme of the routes that this filter serves.
    static final String SCHEME = "service";

    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.OPTIONS);

    private final Services services;
    private final ReturnWatch returns;

    BalancingFilter(Services services, ReturnWatch returns) {
        this.services = services;
        this.returns = returns;
    }

    @Override
    public int getOrder() {
        return 10_150; // after the filters of a route, before the request is sent
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Route route = exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        var target = route.getUri();
        if (!SCHEME.equals(target.getScheme())) {
            return chain.filter(exchange);
        }
        var service = services.named(target.getHost());
        return attempt(service, exchange, chain, List.of(), noInstance(service).asException());
    }

    /// @param tried     the instances that were tried before
    /// @param otherwise what to answer when no other is left
    private Mono<Void> attempt(
            Service service,
            ServerWebExchange exchange,
            GatewayFilterChain chain,
            List<Instance> tried,
            ProblemException otherwise) {
        var instance = service.next(tried, System.nanoTime());
        if (instance == null) {
            return Mono.error(otherwise);
        }
        var attributes = exchange.getAttributes();
        attributes.put(
                ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR,
                at(instance, exchange.getRequest().getURI()));
        attributes.put(Served.BY, instance.base());
        instance.asked(System.nanoTime());
        var sent = chain.filter(exchange).doFinally(end -> noteAnswer(instance, end));
        return sent.onErrorResume(failure -> {
            attributes.remove(ServerWebExchangeUtils.GATEWAY_ALREADY_ROUTED_ATTR);
            if (isRefusal(failure)) {
                returns.watch(instance);
                return isRepeatable(exchange)
                        ? attempt(service, exchange, chain, with(tried, instance), otherwise)
                        : Mono.error(refused(service).causedBy(failure));
            }
            if (isOverload(failure)) {
                return Mono.error(overloaded(service).causedBy(failure));
            }
            var broken = broken(service).causedBy(failure);
            return isRepeatable(exchange) && tried.isEmpty()
                    ? attempt(service, exchange, chain, with(tried, instance), broken)
                    : Mono.error(broken);
        });
    }

    private static void noteAnswer(Instance instance, SignalType end) {
        if (end == SignalType.ON_COMPLETE) {
            instance.answered(System.nanoTime());
        } else {
            instance.givenUp();
        }
    }

    private static URI at(Instance instance, URI asked) {
        var query = asked.getRawQuery();
        return URI.create(instance.base() + asked.getRawPath() + (query == null ? "" : "?" + query));
    }

    private static List<Instance> with(List<Instance> tried, Instance instance) {
        var all = new ArrayList<>(tried);
        all.add(instance);
        return all;
    }

    private static boolean isRepeatable(ServerWebExchange exchange) {
        var request = exchange.getRequest();
        return REPEATABLE.contains(request.getMethod()) || request.getHeaders().containsHeader("Idempotency-Key");
    }

    /// Nothing was sent: there was no connection to send it on.
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof UnknownHostException
                || failure instanceof NoRouteToHostException;
    }

    /// Nothing was sent: no connection became free.
    private static boolean isOverload(Throwable failure) {
        return failure instanceof PoolAcquireTimeoutException || failure instanceof PoolAcquirePendingLimitException;
    }

    private static Problem noInstance(Service service) {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "no-instance-available",
                        "No instance of the service '%s' can be reached.".formatted(service.name()))
                .ofService(service.name())
                .passing();
    }

    private static Problem refused(Service service) {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "instance-refused",
                        ("An instance of the service '%s' refused the connection; nothing was sent. With an"
                                        + " Idempotency-Key another would have been tried.")
                                .formatted(service.name()))
                .ofService(service.name())
                .passing();
    }

    private static Problem overloaded(Service service) {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "too-many-requests-in-flight",
                        "Too many requests to the service '%s' are in flight; this one was not sent."
                                .formatted(service.name()))
                .ofService(service.name())
                .passing();
    }

    /// The connection broke before the answer began, or the answer was none: nobody knows what was done.
    private static Problem broken(Service service) {
        return Problem.of(
                        HttpStatus.BAD_GATEWAY,
                        "upstream-failed",
                        ("The service '%s' broke off without an answer. What was asked may have been done or not; with"
                                        + " an Idempotency-Key it is safe to ask again.")
                                .formatted(service.name()))
                .ofService(service.name());
    }
}
