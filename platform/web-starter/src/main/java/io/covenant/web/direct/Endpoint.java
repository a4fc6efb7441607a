package io.covenant.web.direct;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.ServletException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.method.HandlerMethod;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// One handler method that is marked as [Direct].
final class Endpoint {

    private final String path;
    private final HandlerMethod method;
    private final MethodHandle call;
    private final @Nullable ObjectReader reader;
    private final MeterRegistry meters;
    private final ConcurrentMap<Integer, Timer> timers = new ConcurrentHashMap<>();

    /// @throws IllegalStateException if Spring MVC would do more for the method than to read its body
    Endpoint(String path, HandlerMethod method, JsonMapper mapper, MeterRegistry meters) {
        var parameters = method.getMethodParameters();
        if (parameters.length != 1
                || parameters[0].getParameterAnnotations().length != 1
                || !parameters[0].hasParameterAnnotation(RequestBody.class)
                || method.isVoid()
                || method.hasMethodAnnotation(ResponseStatus.class)) {
            throw new IllegalStateException(
                    "@Direct is for methods that take a @RequestBody and nothing else: " + method);
        }
        this.path = path;
        this.method = method;
        this.call = handleOf(method);
        this.reader = parameters[0].getParameterType() == byte[].class
                ? null
                : mapper.readerFor(mapper.constructType(parameters[0].getGenericParameterType()));
        this.meters = meters;
    }

    private static MethodHandle handleOf(HandlerMethod method) {
        try {
            method.getMethod().setAccessible(true);
            return MethodHandles.lookup()
                    .unreflect(method.getMethod())
                    .bindTo(method.getBean())
                    .asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    HandlerMethod method() {
        return method;
    }

    /// What the handler takes.
    ///
    /// @return `null` if it takes something else
    @Nullable
    Object read(byte[] body) {
        if (reader == null) {
            return body;
        }
        try {
            return reader.readValue(body);
        } catch (JacksonException _) {
            return null;
        }
    }

    /// What the handler answers.
    Object answer(Object body) throws Exception {
        try {
            return call.invokeExact(body);
        } catch (Exception e) {
            throw e;
        } catch (Throwable e) {
            throw new ServletException("Handler dispatch failed: " + e, e);
        }
    }

    /// Counts a request where all others are counted.
    void count(int status, long nanos) {
        var known = timers.get(status);
        (known == null ? timers.computeIfAbsent(status, each -> timer(each, "none")) : known)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /// Counts one that came to nothing.
    void count(int status, Exception failure, long nanos) {
        var cause = failure instanceof ServletException && failure.getCause() != null ? failure.getCause() : failure;
        timer(status, cause.getClass().getSimpleName()).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(int status, String failure) {
        var series = HttpStatus.Series.resolve(status);
        return Timer.builder("http.server.requests")
                .tag("error", failure)
                .tag("exception", failure)
                .tag("method", "POST")
                .tag("outcome", series == null ? "UNKNOWN" : outcomeOf(series))
                .tag("status", Integer.toString(status))
                .tag("uri", path)
                .register(meters);
    }

    private static String outcomeOf(HttpStatus.Series series) {
        return switch (series) {
            case INFORMATIONAL, REDIRECTION, CLIENT_ERROR, SERVER_ERROR -> series.name();
            case SUCCESSFUL -> "SUCCESS";
        };
    }
}
