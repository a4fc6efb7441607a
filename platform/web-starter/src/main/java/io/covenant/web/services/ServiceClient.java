package io.covenant.web.services;

import io.covenant.balancing.Criteria;
import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.request.RequestId;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.Attempt;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.covenant.web.services.ServiceAnswer.Unanswered;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Calls a service by its name: balances over its instances, keeps connections open, and says afterwards what is known.
///
/// An instance that refuses the connection got nothing, so the next one is tried at once; none is tried twice in a
/// call. One that refuses, does not answer twice, or answers none of those who wait, gets nothing for a short
/// while, then one call tries it. A request that was sent and not answered goes to the next instance only if the
/// request says that it may, and within a budget. A call on behalf of a request that came with a deadline ends with
/// it, and passes on what is left.
///
/// Blocking, made for virtual threads.
///
/// Meters, each with the tag `service`:
/// - timer `covenant.service.client.requests`: whole calls, with `outcome` (`answered`, `not-sent`, `unanswered`) and
///   `status` (`2xx` to `5xx`, `other`; `none` without an answer);
/// - gauge `covenant.service.client.connections`: open connections to all its instances, resting ones included;
/// - gauge `covenant.service.client.instances.available`: instances that are not left out.
public final class ServiceClient implements AutoCloseable {

    private static final String AUTHORIZATION = "Authorization";

    private final Map<String, Instances> services;
    private final ServiceClientProperties properties;
    private final JsonMapper mapper;
    private final @Nullable Credentials credentials;
    private final ScheduledThreadPoolExecutor watch;

    /// A client that nobody measures, and that shows no credentials.
    public ServiceClient(Topology topology, ServiceClientProperties properties, JsonMapper mapper) {
        this(topology, properties, mapper, new CompositeMeterRegistry(), null);
    }

    /// @param credentials shown with each request that has no `Authorization` of its own; absent for none
    public ServiceClient(
            Topology topology,
            ServiceClientProperties properties,
            JsonMapper mapper,
            MeterRegistry registry,
            @Nullable Credentials credentials) {
        this(topology, properties, mapper, registry, credentials, null);
    }

    /// @param tls how `https` addresses are called; absent for as the JDK does it
    public ServiceClient(
            Topology topology,
            ServiceClientProperties properties,
            JsonMapper mapper,
            MeterRegistry registry,
            @Nullable Credentials credentials,
            @Nullable ClientTls tls) {
        this.properties = properties;
        this.credentials = credentials;
        this.mapper = mapper.rebuild()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        this.watch = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "service-client-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        watch.setRemoveOnCancelPolicy(true);
        this.services = topology.services().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        entry -> new Instances(
                                entry.getKey(),
                                entry.getValue().stream()
                                        .distinct()
                                        .map(address -> new Connections(address, properties, watch, tls))
                                        .toList(),
                                properties,
                                new CallMetrics(registry, entry.getKey()))));
        services.forEach((name, instances) -> measure(name, instances, registry));
        var _ = watch.scheduleWithFixedDelay(
                () -> services.values().forEach(Instances::closeIdle), 5, 5, TimeUnit.SECONDS);
    }

    private static void measure(String service, Instances instances, MeterRegistry registry) {
        Gauge.builder("covenant.service.client.connections", instances, Instances::openConnections)
                .description("Open connections to all instances of a service, resting ones included")
                .tag("service", service)
                .register(registry);
        Gauge.builder("covenant.service.client.instances.available", instances, Instances::available)
                .description("Instances of a service that are not left out")
                .tag("service", service)
                .register(registry);
    }

    /// Whether the topology has a service of this name.
    public boolean knows(String service) {
        return services.containsKey(service);
    }

    /// The names that can be called.
    public Set<String> names() {
        return services.keySet();
    }

    /// Sends a request to one instance of a service and waits for the answer.
    ///
    /// @throws UnknownServiceException if the topology has no such service
    public ServiceAnswer call(String service, ServiceRequest request) {
        var instances = services.get(service);
        if (instances == null) {
            throw new UnknownServiceException(service);
        }
        long start = System.nanoTime();
        var answer = call(service, instances, request, start);
        instances.metrics().record(answer, System.nanoTime() - start);
        return answer;
    }

    private ServiceAnswer call(String service, Instances instances, ServiceRequest request, long start) {
        var timeout = request.timeout() == null ? properties.timeout() : request.timeout();
        var deadline = start + RequestDeadline.within(timeout).toNanos();
        var body = bodyOf(request);
        var passedOn = new PassedOn(
                request.headers().containsKey(RequestId.HEADER) ? null : RequestId.current(),
                RequestDeadline.current() != null);

        var attempts = new ArrayList<Attempt>();
        ServiceRequest authorized;
        try {
            authorized = authorized(request);
        } catch (RuntimeException e) {
            return new NotSent(service, instances.untried("no credentials: " + e.getMessage()));
        }
        instances.requested();
        var criteria = Criteria.ANY;
        boolean sent = false;
        for (var turn = instances.next(criteria); turn != null; turn = instances.next(criteria)) {
            var exchange = turn.connections().exchange(authorized, body, passedOn, deadline);
            turn.end(exchange.outcome());
            switch (exchange) {
                case Exchange.Done(var status, var headers, var content) -> {
                    return new Answered(turn.address(), status, headers, new AnswerBody(content, mapper));
                }
                case Exchange.NotSent(var reason, var _) -> attempts.add(new Attempt(turn.address(), reason));
                case Exchange.Unreachable(var reason) -> {
                    attempts.add(new Attempt(turn.address(), reason));
                    instances.unreachable(turn.connections());
                }
                case Exchange.Lost(var reason, var _) -> {
                    attempts.add(new Attempt(turn.address(), reason));
                    sent = true;
                    if (!request.repeatable() || !instances.mayRepeat()) {
                        return new Unanswered(service, attempts);
                    }
                }
            }
            if (deadline - System.nanoTime() <= 0) {
                break;
            }
            criteria = criteria.without(turn.id());
        }
        return sent ? new Unanswered(service, attempts) : new NotSent(service, attempts);
    }

    private ServiceRequest authorized(ServiceRequest request) {
        return credentials == null || request.headers().containsKey(AUTHORIZATION)
                ? request
                : request.header(AUTHORIZATION, credentials.authorization());
    }

    private byte @Nullable [] bodyOf(ServiceRequest request) {
        return switch (request.body()) {
            case null -> null;
            case byte[] bytes -> bytes;
            case Object value -> mapper.writeValueAsBytes(value);
        };
    }

    @Override
    public void close() {
        watch.shutdownNow();
        services.values().forEach(Instances::close);
    }
}
