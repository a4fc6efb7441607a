package io.covenant.gateway.mirroring;

import io.covenant.balancing.Instance;
import io.covenant.balancing.Subset;
import io.covenant.balancing.chance.Chance;
import io.covenant.gateway.balancing.Service;
import io.covenant.gateway.edge.LoopTimers;
import io.covenant.gateway.mirroring.MirrorMetrics.Dropped;
import io.covenant.gateway.mirroring.MirrorProperties.Rule;
import io.covenant.gateway.protection.Deadline;
import io.covenant.gateway.streams.Streams;
import io.covenant.gateway.upstream.Copies;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Sends some requests of a route to somebody else as well.
///
/// A copy is sent once, after the request itself, and its answer is thrown away. Copies go to the instances in turn and
/// count in nothing that the gateway balances by: whoever fails them is ejected from nothing.
final class MirrorFilter implements GatewayFilter, Ordered {

    /// Tells an instance that it gets a copy.
    static final String MARK = "X-Covenant-Mirror";

    private static final String KEY = "Idempotency-Key";

    private final Rule rule;
    private final Service served;
    private final Service service;
    private final Subset subset;
    private final Chance chance;
    private final Copies copies;
    private final MirrorMetrics metrics;
    private final AtomicInteger turn = new AtomicInteger();

    /// @param served  by which the requests themselves are done
    /// @param service that gets the copies
    MirrorFilter(Rule rule, Service served, Service service, Chance chance, Copies copies, MirrorMetrics metrics) {
        this.rule = rule;
        this.served = served;
        this.service = service;
        this.subset = new Subset(rule.subset(), false);
        this.chance = chance;
        this.copies = copies;
        this.metrics = metrics;
    }

    @Override
    public int getOrder() {
        return 10_100; // after all that refuses a request or changes its path, before it is sent
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        if (isMeant(exchange.getRequest())) {
            copy(exchange);
        }
        return chain.filter(exchange);
    }

    private boolean isMeant(ServerHttpRequest request) {
        return rule.methods().contains(request.getMethod().name())
                && !request.getHeaders().containsHeader(HttpHeaders.UPGRADE)
                && !Streams.isWanted(request)
                && chance.unit() < rule.percent() / 100;
    }

    private void copy(ServerWebExchange exchange) {
        if (!metrics.enter(rule.mostInFlight())) {
            metrics.dropped(Dropped.FULL);
            return;
        }
        var instance = next();
        if (instance == null) {
            metrics.leave();
            metrics.dropped(Dropped.NOBODY);
            return;
        }
        long begun = System.nanoTime();
        var loop = LoopTimers.of(exchange);
        var _ = copies.send(exchange, instance.address(), this::tell)
                .subscribeOn(loop) // when the request itself is on its way
                .timeout(rule.timeout(), loop)
                .doFinally(_ -> metrics.leave())
                .subscribe(
                        status -> metrics.answered(status, System.nanoTime() - begun),
                        failure -> failed(failure, System.nanoTime() - begun));
    }

    private void failed(Throwable failure, long nanos) {
        if (failure instanceof TimeoutException) {
            metrics.late(nanos);
        } else {
            metrics.failed(nanos);
        }
    }

    private @Nullable Instance next() {
        var all = service.cluster().instances();
        int first = turn.getAndIncrement();
        for (int i = 0; i < all.size(); i++) {
            var each = all.get(Math.floorMod(first + i, all.size()));
            if (each.isOpen() && subset.contains(each) && !(rule.writes() && serves(each))) {
                return each;
            }
        }
        return null;
    }

    /// Whether this one, whatever it is called here, does the requests themselves.
    private boolean serves(Instance instance) {
        for (var each : served.cluster().instances()) {
            if (each.address().equals(instance.address())) {
                return true;
            }
        }
        return false;
    }

    private void tell(ServerWebExchange exchange, BiConsumer<String, String> say) {
        say.accept(MARK, "1");
        say.accept(Deadline.HEADER, Long.toString(rule.timeout().toMillis()));
        var key = exchange.getRequest().getHeaders().getFirst(KEY);
        if (key != null) {
            say.accept(KEY, keyOfCopy(key));
        }
    }

    /// The same for the same key, so that a client which repeats itself is copied once, and never one that a client
    /// has.
    private static String keyOfCopy(String key) {
        return "mirror-" + UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
    }

    Map<String, Object> about() {
        var about = new TreeMap<>(metrics.counts());
        about.put("service", service.name());
        about.put("subset", rule.subset());
        about.put("percent", rule.percent());
        about.put("methods", new TreeSet<>(rule.methods()));
        return about;
    }
}
