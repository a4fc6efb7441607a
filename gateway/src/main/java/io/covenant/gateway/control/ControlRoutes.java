package io.covenant.gateway.control;

import io.covenant.gateway.balancing.BalancingProperties.RouteRules;
import io.covenant.gateway.balancing.RouteChoices;
import io.covenant.gateway.balancing.Service;
import io.covenant.gateway.balancing.Services;
import io.covenant.gateway.control.Control.Change;
import io.covenant.gateway.control.store.StoreAwayException;
import io.covenant.gateway.edge.Callers;
import io.covenant.gateway.edge.Problem;
import io.covenant.security.Scopes;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/// The operators' HTTP API. What may block is done on virtual threads.
@Component
final class ControlRoutes {

    private static final Pattern NAME = Pattern.compile("[\\p{Alnum} ._@+-]{1,100}");
    private static final Pattern ETAG = Pattern.compile("(?:W/)?\"([0-9]{1,18})\"");

    private final Services services;
    private final Control control;
    private final Pictures pictures;
    private final RouteLocator routes;
    private final JsonMapper json;
    private final Scheduler blocking = Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor());

    ControlRoutes(Services services, Control control, Pictures pictures, RouteLocator routes, JsonMapper json) {
        this.services = services;
        this.control = control;
        this.pictures = pictures;
        this.routes = routes;
        this.json = json;
    }

    RouterFunction<ServerResponse> all() {
        return RouterFunctions.route()
                .before(ControlRoutes::admitted)
                .GET(
                        "/admin/clusters",
                        _ -> answer(() ->
                                services.all().stream().map(pictures::cluster).toList()))
                .GET("/admin/clusters/{service}", request -> answer(() -> pictures.cluster(service(request))))
                .PUT("/admin/clusters/{service}", this::put)
                .GET("/admin/clusters/{service}/state", request -> answer(() -> pictures.state(service(request))))
                .GET("/admin/clusters/{service}/audit", request -> answer(() -> control.audit(service(request), 100)))
                .GET("/admin/audit/check", _ -> answer(control::checkAudit))
                .GET("/admin/routes", _ -> routes())
                .build();
    }

    private Service service(ServerRequest request) {
        return control.service(request.pathVariable("service"));
    }

    private Mono<ServerResponse> routes() {
        return routes.getRoutes()
                .flatMap(route -> Mono.justOrEmpty(
                        services.find(String.valueOf(route.getUri().getHost()))
                                .map(service -> pictures.route(route, service))))
                .collectList()
                .flatMap(list -> json(HttpStatus.OK, list, null));
    }

    private Mono<ServerResponse> put(ServerRequest request) {
        return request.bodyToMono(byte[].class)
                .defaultIfEmpty(new byte[0])
                .onErrorMap(
                        DataBufferLimitException.class,
                        tooLong -> Problem.of(
                                        HttpStatus.CONTENT_TOO_LARGE,
                                        "body-too-large",
                                        "No settings of a service are as long as that.")
                                .causedBy(tooLong))
                .flatMap(body -> answer(() -> {
                    var service = service(request);
                    boolean dryRun = flag(request, "dryRun");
                    var change = new Change(
                            Draft.read(body, json, rulesOf(service)),
                            version(request),
                            operator(request),
                            dryRun,
                            flag(request, "force"));
                    var changed = control.change(service, change);
                    return dryRun ? pictures.cluster(service, changed) : pictures.cluster(service);
                }));
    }

    /// What the configuration says of the routes that lead to this service, by their ids.
    private Map<String, RouteRules> rulesOf(Service service) {
        return Objects.requireNonNull(routes.getRoutes()
                .filter(route -> service.name().equals(route.getUri().getHost()))
                .collectMap(Route::getId, RouteChoices::rules)
                .block());
    }

    private static boolean flag(ServerRequest request, String name) {
        return request.queryParam(name)
                .map(text -> switch (text) {
                    case "", "true" -> true;
                    case "false" -> false;
                    default -> throw Draft.refusal(name, "must be true or false");
                })
                .orElse(false);
    }

    /// The version that the operator has seen.
    ///
    /// @return `null` for whichever there is
    private static @Nullable Long version(ServerRequest request) {
        var given = request.headers().firstHeader("If-Match");
        if (given == null) {
            throw Problem.of(
                            HttpStatus.PRECONDITION_REQUIRED,
                            "if-match-missing",
                            "If-Match names the version that is to be replaced, as ETag told it, or '*' for whichever there is.")
                    .asException();
        }
        if (given.strip().equals("*")) {
            return null;
        }
        var etag = ETAG.matcher(given.strip());
        if (!etag.matches()) {
            throw Draft.refusal("If-Match", "must be an ETag such as \"3\", or *");
        }
        return Long.valueOf(etag.group(1));
    }

    private static ServerRequest admitted(ServerRequest request) {
        Callers.require(
                request.exchange(),
                request.method().equals(HttpMethod.GET) ? Scopes.GATEWAY_READ : Scopes.GATEWAY_OPERATE);
        return request;
    }

    /// Whom the token names; where nobody is asked for one, operators say who they are.
    private static String operator(ServerRequest request) {
        return Callers.subject(request.exchange()).orElseGet(() -> named(request));
    }

    private static String named(ServerRequest request) {
        var name = request.headers().firstHeader("X-Operator");
        if (name == null || !NAME.matcher(name).matches()) {
            throw Draft.refusal(
                    "X-Operator", "must say who you are: letters, digits, space and . _ @ + -, at most 100");
        }
        return name;
    }

    private Mono<ServerResponse> answer(Callable<?> work) {
        return Mono.<Object>fromCallable(work)
                .subscribeOn(blocking)
                .onErrorMap(
                        StoreAwayException.class,
                        away -> Problem.of(
                                        HttpStatus.SERVICE_UNAVAILABLE,
                                        "store-away",
                                        "What operators set cannot be reached now; what is in use stays.")
                                .passing()
                                .causedBy(away))
                .flatMap(answer ->
                        json(HttpStatus.OK, answer, answer instanceof Answers.ClusterAnswer cluster ? cluster : null));
    }

    private Mono<ServerResponse> json(HttpStatus status, Object answer, Answers.@Nullable ClusterAnswer versioned) {
        var response = ServerResponse.status(status).contentType(MediaType.APPLICATION_JSON);
        if (versioned != null && versioned.dryRun() == null) {
            response.eTag("\"" + versioned.version() + "\"");
        }
        return response.bodyValue(json.writeValueAsBytes(answer));
    }
}
