package io.covenant.web.services;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request to a service.
///
/// @param method     the HTTP method
/// @param path       the path with its query, encoded
/// @param headers    headers besides those that the client itself sets
/// @param body       what to send: `null`, a `byte[]` of JSON, or an object to be written as JSON
/// @param timeout    how long the call may take in all, over all instances tried; `null` for the client's default
/// @param repeatable whether a request that was sent and not answered may be sent to another instance at once
public record ServiceRequest(
        String method,
        String path,
        Map<String, String> headers,
        @Nullable Object body,
        @Nullable Duration timeout,
        boolean repeatable) {

    public ServiceRequest {
        headers = Map.copyOf(headers);
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("Not an encoded path: " + path);
        }
    }

    public static ServiceRequest get(String path) {
        return new ServiceRequest("GET", path, Map.of(), null, null, true);
    }

    public static ServiceRequest post(String path, @Nullable Object body) {
        return new ServiceRequest("POST", path, Map.of(), body, null, false);
    }

    public static ServiceRequest put(String path, @Nullable Object body) {
        return new ServiceRequest("PUT", path, Map.of(), body, null, true);
    }

    public ServiceRequest header(String name, String value) {
        if ((name + value).chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException("Not a header: " + name);
        }
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ServiceRequest(method, path, more, body, timeout, repeatable);
    }

    /// The same request, to be answered within this time in all.
    public ServiceRequest within(Duration timeout) {
        return new ServiceRequest(method, path, headers, body, timeout, repeatable);
    }

    /// The same request, of which the sender knows that two have the effect of one.
    public ServiceRequest asRepeatable() {
        return new ServiceRequest(method, path, headers, body, timeout, true);
    }
}
