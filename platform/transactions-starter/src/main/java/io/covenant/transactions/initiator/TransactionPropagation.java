package io.covenant.transactions.initiator;

import io.covenant.web.services.Credentials;
import io.covenant.web.services.Topology;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/// Has the services that a [GlobalTransactional] method calls say their branches of its transaction.
///
/// Only those that are configured here, by their addresses or names, and only at `/internal/`: whoever else is called
/// hears nothing of the transaction, and could say nothing of it.
final class TransactionPropagation implements ClientHttpRequestInterceptor {

    private final Shares shares;
    private final Set<String> services;
    private final @Nullable Credentials credentials;

    /// @param credentials shown with a request that has no `Authorization` of its own; absent for none
    TransactionPropagation(Shares shares, Topology topology, @Nullable Credentials credentials) {
        this.shares = shares;
        this.credentials = credentials;
        this.services = Stream.concat(
                        topology.services().keySet().stream(),
                        topology.services().values().stream()
                                .flatMap(List::stream)
                                .map(URI::getAuthority))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        var declaration = Declaration.current();
        if (declaration.isEmpty() || !isService(request.getURI())) {
            return execution.execute(request, body);
        }
        var headers = request.getHeaders();
        headers.set(Shares.TRANSACTION, declaration.get().draft().id().toString());
        if (credentials != null && !headers.containsHeader(HttpHeaders.AUTHORIZATION)) {
            headers.set(HttpHeaders.AUTHORIZATION, credentials.authorization());
        }
        var response = execution.execute(request, body);
        if (response.getStatusCode().is2xxSuccessful()) {
            declaration.get().add(shares.read(response.getHeaders().getOrEmpty(Shares.BRANCHES)));
        }
        return response;
    }

    private boolean isService(URI uri) {
        var path = uri.getPath();
        return path != null
                && path.startsWith(Shares.DOORS)
                && (services.contains(String.valueOf(uri.getAuthority())) || services.contains(uri.getHost()));
    }
}
