package io.covenant.gateway.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where the API server of Kubernetes is, and what to show it. The defaults are what every pod finds.
///
/// @param enabled   whether instances are taken from EndpointSlices
/// @param server    the base address of the API server
/// @param namespace whose slices are watched; absent for the one that this pod runs in
/// @param account   the directory of the service account: `token`, read anew for each request, `ca.crt`, `namespace`
/// @param portName  the port of a slice with several that requests go to
@ConfigurationProperties("covenant.gateway.kubernetes")
record KubernetesProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("https://kubernetes.default.svc") URI server,
        @Nullable String namespace,

        @DefaultValue("/var/run/secrets/kubernetes.io/serviceaccount")
        Path account,

        @DefaultValue("http") String portName) {

    Path authority() {
        return account.resolve("ca.crt");
    }

    /// @throws UncheckedIOException when no file of the service account tells it
    String watchedNamespace() {
        return namespace == null ? read("namespace") : namespace;
    }

    /// @throws UncheckedIOException when there is none
    String token() {
        return read("token");
    }

    private String read(String file) {
        try {
            return Files.readString(account.resolve(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s is not there: has the pod a service account (covenant.gateway.kubernetes.account)?"
                            .formatted(account.resolve(file)),
                    e);
        }
    }
}
