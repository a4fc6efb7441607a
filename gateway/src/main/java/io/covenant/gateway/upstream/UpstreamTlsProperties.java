package io.covenant.gateway.upstream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/// How the gateway shows who it is.
///
/// @param sslBundle what is shown to instances with an `https` address, and whose certificates are believed; without
///                  one there are no such instances
@ConfigurationProperties("covenant.client")
record UpstreamTlsProperties(@Nullable String sslBundle) {}
