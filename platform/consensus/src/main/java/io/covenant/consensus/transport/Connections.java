package io.covenant.consensus.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/// Sockets, with TLS where there is any.
final class Connections {

    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private Connections() {}

    /// Puts TLS on a socket, and proves who is who.
    static Socket secure(Socket plain, Optional<SSLContext> tls, boolean client) throws IOException {
        if (tls.isEmpty()) {
            requireLoopback(plain.getInetAddress());
            return plain;
        }
        var socket = (SSLSocket) tls.get()
                .getSocketFactory()
                .createSocket(plain, plain.getInetAddress().getHostAddress(), plain.getPort(), true);
        socket.setUseClientMode(client);
        socket.setNeedClientAuth(!client);
        socket.setEnabledProtocols(PROTOCOLS);
        socket.startHandshake();
        return socket;
    }

    static void requireLoopback(InetAddress address) {
        if (!address.isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "without TLS peers talk within one machine only, and %s is not on it: give all nodes certificates"
                            .formatted(address));
        }
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            return;
        }
    }

    /// Why a connection ended, for people.
    static String why(Exception failure) {
        return switch (failure) {
            case RefusedException refused -> String.valueOf(refused.getMessage());
            case SSLException tls -> "TLS: " + tls.getMessage();
            case java.net.SocketTimeoutException _ -> "is silent for too long";
            case java.io.EOFException _ -> "hung up";
            default -> failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        };
    }
}
