package io.covenant.web.services;

import java.io.IOException;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundles;

/// How calls to `https` addresses are secured: whose certificates are believed, and by which one this service shows who
/// it is. The name in a certificate has to be the host that was called.
///
/// Follows its SSL bundle: once that is reloaded, no request goes over a connection of before. Thread-safe.
public final class ClientTls {

    private static final Logger LOG = LoggerFactory.getLogger(ClientTls.class);

    private record Secured(SSLContext context, SSLSocketFactory sockets) {

        static Secured by(SSLContext context) {
            return new Secured(context, context.getSocketFactory());
        }
    }

    private volatile Secured now;

    /// With the certificates and keys of a bundle, as they are at any time.
    public ClientTls(SslBundles bundles, String bundle) {
        this.now = Secured.by(bundles.getBundle(bundle).createSslContext());
        bundles.addBundleUpdateHandler(bundle, reloaded -> {
            now = Secured.by(reloaded.createSslContext());
            LOG.info("calls use the SSL bundle {} as it is now", bundle);
        });
    }

    private ClientTls(SSLContext context) {
        this.now = Secured.by(context);
    }

    /// As the JDK does it: believes whom it believes, and shows no certificate.
    static ClientTls standard() {
        try {
            return new ClientTls(SSLContext.getDefault());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What a connection that is opened now is secured by.
    SSLSocketFactory current() {
        return now.sockets;
    }

    /// For other clients than [ServiceClient], as the bundle is now.
    public SSLContext context() {
        return now.context;
    }

    /// Shakes hands on a connection that is open.
    ///
    /// @param patience for each thing that the other side has to say
    static SSLSocket secured(SSLSocketFactory sockets, Socket connected, String host, int port, Duration patience)
            throws IOException {
        var socket = (SSLSocket) sockets.createSocket(connected, host, port, true);
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout((int) Math.max(1, patience.toMillis()));
        socket.startHandshake();
        socket.setSoTimeout(0);
        return socket;
    }
}
