package io.covenant.gateway.edge;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/// An error of the gateway itself, as the client is told of it.
///
/// @param status     the HTTP status
/// @param code       the rule, in kebab case, for programs
/// @param detail     one sentence for people
/// @param properties the figures of the sentence, for programs
/// @param retry      whether the same request may be sent again, in a second unless it says when
/// @param headers    what the answer says beside the document, such as how to authenticate
public record Problem(
        HttpStatus status,
        String code,
        String detail,
        Map<String, Object> properties,
        boolean retry,
        Map<String, String> headers) {

    private static final String RETRY_AFTER = "retryAfterMillis";

    private static final String TYPES = "https://covenant.io/problems/";

    public Problem {
        properties = Map.copyOf(properties);
        headers = Map.copyOf(headers);
    }

    /// A problem whose document says all.
    public Problem(HttpStatus status, String code, String detail, Map<String, Object> properties, boolean retry) {
        this(status, code, detail, properties, retry, Map.of());
    }

    public static Problem of(HttpStatus status, String code, String detail) {
        return new Problem(status, code, detail, Map.of(), false);
    }

    /// The same problem about this service.
    public Problem ofService(String service) {
        return with("service", service);
    }

    /// The same problem, which may be gone in a second.
    public Problem passing() {
        return new Problem(status, code, detail, properties, true, headers);
    }

    /// The same problem with one more figure.
    public Problem with(String name, Object value) {
        var more = new LinkedHashMap<>(properties);
        more.put(name, value);
        return new Problem(status, code, detail, more, retry, headers);
    }

    /// The same problem, telling how to authenticate.
    public Problem challenging(String challenge) {
        return saying(HttpHeaders.WWW_AUTHENTICATE, challenge);
    }

    /// The same problem with one more header.
    public Problem saying(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Problem(status, code, detail, properties, retry, more);
    }

    /// The same problem, which will be gone after so long.
    public Problem passingIn(Duration wait) {
        return with(RETRY_AFTER, Math.max(1, wait.toMillis())).passing();
    }

    /// In whole seconds, rounded up.
    long retryAfterSeconds() {
        return properties.get(RETRY_AFTER) instanceof Long millis ? (millis + 999) / 1_000 : 1;
    }

    /// The document about the request with this id.
    Map<String, Object> document(String instance, String requestId) {
        var document = new LinkedHashMap<String, Object>();
        document.put("type", TYPES + code);
        document.put(
                "title",
                Character.toUpperCase(code.charAt(0)) + code.substring(1).replace('-', ' '));
        document.put("status", status.value());
        document.put("detail", detail);
        document.put("instance", instance);
        document.put("code", code);
        document.put("requestId", requestId);
        document.putAll(properties);
        return document;
    }

    public ProblemException asException() {
        return new ProblemException(this);
    }

    public ProblemException causedBy(Throwable cause) {
        return new ProblemException(this, cause);
    }
}
