package io.covenant.locks.client;

import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a node answered over HTTP.
///
/// @param from    the node's host and port
/// @param headers by their names in lower case
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record Reply(String from, int status, Map<String, String> headers, byte[] body) {

    static Reply of(HttpResponse<byte[]> response) {
        return new Reply(response.uri().getAuthority(), response.statusCode(), headers(response), response.body());
    }

    static Map<String, String> headers(HttpResponse<?> response) {
        Map<String, String> headers = new TreeMap<>();
        response.headers()
                .map()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        return headers;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
}
