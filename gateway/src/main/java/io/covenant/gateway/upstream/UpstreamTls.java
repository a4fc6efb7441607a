package io.covenant.gateway.upstream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;

/// How instances with an `https` address are spoken to: whose certificates are believed, and by which one the gateway
/// shows who it is. A certificate has to bear the host's name, or the one that the address puts before it
/// (`https://orders.internal@10.0.0.7:8101`).
///
/// Follows its SSL bundle. Without one nothing is believed, and no such instance can be reached. Thread-safe.
@Component
public final class UpstreamTls {

    private static final Logger log = LoggerFactory.getLogger(UpstreamTls.class);

    private volatile @Nullable SslContext current;

    UpstreamTls(SslBundles bundles, UpstreamTlsProperties properties) {
        var bundle = properties.sslBundle();
        if (bundle != null) {
            current = contextOf(bundles.getBundle(bundle));
            bundles.addBundleUpdateHandler(bundle, reloaded -> {
                current = contextOf(reloaded);
                log.info("requests go out by the SSL bundle {} as it is now", bundle);
            });
        }
    }

    private static SslContext contextOf(SslBundle bundle) {
        var options = bundle.getOptions();
        var managers = bundle.getManagers();
        var builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .keyManager(managers.getKeyManagerFactory())
                .trustManager(managers.getTrustManagerFactory())
                .endpointIdentificationAlgorithm("HTTPS");
        if (options.getEnabledProtocols() != null) {
            builder.protocols(options.getEnabledProtocols());
        }
        if (options.getCiphers() != null) {
            builder.ciphers(List.of(options.getCiphers()));
        }
        try {
            return builder.build();
        } catch (SSLException unusable) {
            throw new IllegalStateException("covenant.client.ssl-bundle cannot be used", unusable);
        }
    }

    /// What a connection that is opened now is secured by: another one after each reload.
    ///
    /// @throws IllegalStateException when nobody said whom to believe
    SslContext current() {
        var now = current;
        if (now == null) {
            throw new IllegalStateException(
                    "https is not spoken: covenant.client.ssl-bundle has to say whom to believe");
        }
        return now;
    }

    /// For clients that are told once: secures each connection as the bundle is when it is opened.
    ///
    /// @param name that certificates have to bear; absent for that of the host
    public SslContext following(@Nullable String name) {
        return new Following(name);
    }

    /// The name that an address puts before its host, for the certificate to bear; nothing where the host's will do.
    public static @Nullable String nameIn(String address) {
        int at = address.indexOf('@');
        return at < 0 ? null : address.substring(address.indexOf("://") + 3, at);
    }

    /// The same address for clients that do not know of such names.
    public static String withoutName(String address) {
        int at = address.indexOf('@');
        return at < 0 ? address : address.substring(0, address.indexOf("://") + 3) + address.substring(at + 1);
    }

    private final class Following extends SslContext {

        private final @Nullable String name;

        private Following(@Nullable String name) {
            this.name = name;
        }

        @Override
        public boolean isClient() {
            return true;
        }

        @Override
        public List<String> cipherSuites() {
            return current().cipherSuites();
        }

        @Override
        @SuppressWarnings("deprecation") // Netty's own method names it
        public io.netty.handler.ssl.ApplicationProtocolNegotiator applicationProtocolNegotiator() {
            return current().applicationProtocolNegotiator();
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator buffers) {
            return current().newEngine(buffers);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator buffers, String host, int port) {
            return current().newEngine(buffers, name == null ? host : name, port);
        }

        @Override
        public SSLSessionContext sessionContext() {
            return current().sessionContext();
        }
    }
}
