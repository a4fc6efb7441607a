package io.covenant.launcher.client;

import java.io.IOException;
import java.net.http.HttpRequest;

/// What a client shows with each request.
@FunctionalInterface
public interface Credentials {

    /// Nothing.
    Credentials NONE = () -> "";

    /// The value of the `Authorization` header; empty for none.
    String authorization() throws IOException, InterruptedException;

    /// Adds the header, if there is one.
    default HttpRequest.Builder on(HttpRequest.Builder request) throws IOException, InterruptedException {
        String value = authorization();
        return value.isEmpty() ? request : request.setHeader("Authorization", value);
    }
}
