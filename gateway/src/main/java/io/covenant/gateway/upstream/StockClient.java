package io.covenant.gateway.upstream;

import io.covenant.gateway.protection.ProtectionProperties;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/// The client of Spring Cloud Gateway, within the same bounds.
@Configuration(proxyBeanMethods = false)
class StockClient {

    @Bean(destroyMethod = "dispose")
    ConnectionProvider upstreamConnections(ProtectionProperties bounds) {
        return ConnectionProvider.builder("upstream")
                .maxConnections(bounds.maxConnections())
                .pendingAcquireMaxCount(bounds.maxWaiting())
                .pendingAcquireTimeout(bounds.maxWait())
                .maxIdleTime(bounds.maxIdle())
                .evictInBackground(Duration.ofSeconds(5))
                .lifo()
                .build();
    }

    /// Never sends a request twice by itself: whether that is safe is not for a connection to know.
    @Bean
    HttpClient gatewayHttpClient(ConnectionProvider connections, ProtectionProperties bounds, UpstreamTls tls) {
        return HttpClient.create(connections)
                .disableRetry(true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(bounds.connectTimeout().toMillis()))
                .httpResponseDecoder(decoder -> decoder.maxHeaderSize(16 * 1024))
                .secure(spec -> spec.sslContext(tls.following(null)).handshakeTimeout(bounds.handshakeTimeout()));
    }
}
