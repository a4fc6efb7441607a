package io.covenant.web.services;

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

/// Calls a service by its name: takes its instances in turn, keeps connections open, and says afterwards what is known.
///
/// An instance that refuses the connection got nothing, so the next one is tried at once; none is tried twice in a
/// call. An instance that refused, or did not answer twice, is asked last for a short while, then one call probes it;
/// one that answers none of those who wait is asked last until it answers. A request that was sent and not answered
/// goes to the next instance only if the request says that it may.
///
/// Blocking, made for virtual threads.
///
/// Meters, each with the tag `service`:
/// - timer `covenant.service.client.requests`: whole calls, with `outcome` (`answered`, `not-sent`, `unanswered`) and
///   `status` (`2xx` to `5xx`, `other`; `none` without an answer);
/// - gauge `covenant.service.client.connections`: open connections to all its instances, resting ones included.
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
                                entry.getValue().stream()
                                        .map(address -> new Instance(address, properties, watch))
                                        .toList(),
                                new CallMetrics(registry, entry.getKey()))));
        services.forEach((name, instances) -> Gauge.builder(
                        "covenant.service.client.connections", instances, Instances::openConnections)
                .description("Open connections to all instances of a service, resting ones included")
                .tag("service", name)
                .register(registry));
        var _ = watch.scheduleWithFixedDelay(
                () -> services.values().forEach(Instances::closeIdle), 5, 5, TimeUnit.SECONDS);
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
        var deadline = start + timeout.toNanos();
        var body = bodyOf(request);
        var requestId = request.headers().containsKey(RequestId.HEADER) ? null : RequestId.current();

        var attempts = new ArrayList<Attempt>();
        ServiceRequest authorized;
        try {
            authorized = authorized(request);
        } catch (RuntimeException e) {
            return new NotSent(service, instances.untried("no credentials: " + e.getMessage()));
        }
        boolean sent = false;
        for (var instance : instances.inTurn()) {
            switch (instance.exchange(authorized, body, requestId, deadline)) {
                case Exchange.Done(var status, var headers, var content) -> {
                    return new Answered(instance.address(), status, headers, new AnswerBody(content, mapper));
                }
                case Exchange.NotSent(var reason) -> attempts.add(new Attempt(instance.address(), reason));
                case Exchange.Lost(var reason) -> {
                    attempts.add(new Attempt(instance.address(), reason));
                    sent = true;
                    if (!request.repeatable()) {
                        return new Unanswered(service, attempts);
                    }
                }
            }
            if (deadline - System.nanoTime() <= 0) {
                break;
            }
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
