package io.covenant.locks.spring;

import io.covenant.locks.wire.LockHeaders;
import java.io.IOException;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/// Sends the token of the [FencingContext] along with every request.
final class FencingTokenInterceptor implements ClientHttpRequestInterceptor {

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        FencingContext.token()
                .ifPresent(token -> request.getHeaders().set(LockHeaders.FENCING_TOKEN, Long.toString(token)));
        return execution.execute(request, body);
    }
}
