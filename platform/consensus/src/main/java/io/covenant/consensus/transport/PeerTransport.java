package io.covenant.consensus.transport;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/// One node's end of the cluster's connections.
///
/// It listens from the start; it connects to those whom [#peers] names, and listens to nobody else.
public final class PeerTransport implements Closeable {

    private static final System.Logger LOG = System.getLogger(PeerTransport.class.getName());
    private static final int BACKLOG = 64;

    private final TransportSettings settings;
    private final Optional<SSLContext> tls;
    private final FrameReceiver receiver;
    private final TransportListener listener;
    private final Complaints complaints = new Complaints();
    private final ServerSocket server;
    private final Map<String, Outgoing> outgoing = new ConcurrentHashMap<>();
    private final Map<String, Incoming> incoming = new ConcurrentHashMap<>();
    private final Set<Incoming> all = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private PeerTransport(
            TransportSettings settings,
            Optional<SSLContext> tls,
            ServerSocket server,
            FrameReceiver receiver,
            TransportListener listener) {
        this.settings = settings;
        this.tls = tls;
        this.server = server;
        this.receiver = receiver;
        this.listener = listener;
    }

    /// Listens with mutual TLS.
    ///
    /// @param tls has this node's key, with a certificate of its name, and trusts the cluster's authority only
    public static PeerTransport withTls(
            TransportSettings settings, SSLContext tls, FrameReceiver receiver, TransportListener listener)
            throws IOException {
        return start(settings, Optional.of(tls), receiver, listener);
    }

    /// Listens to anybody on this machine who says the right names: for tries on one machine only.
    ///
    /// @throws IllegalArgumentException when it is to listen to other machines
    public static PeerTransport onLoopback(
            TransportSettings settings, FrameReceiver receiver, TransportListener listener) throws IOException {
        var address = settings.listen().getAddress();
        Connections.requireLoopback(
                address == null ? InetAddress.getByName(settings.listen().getHostString()) : address);
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} talks to its peers without TLS: anybody on this machine can take part, other machines cannot",
                settings.node());
        return start(settings, Optional.empty(), receiver, listener);
    }

    private static PeerTransport start(
            TransportSettings settings, Optional<SSLContext> tls, FrameReceiver receiver, TransportListener listener)
            throws IOException {
        var server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(settings.listen(), BACKLOG);
        } catch (IOException failure) {
            server.close();
            throw failure;
        }
        var transport = new PeerTransport(settings, tls, server, receiver, listener);
        Thread.ofVirtual().name("peers-of-" + settings.node()).start(transport::listen);
        return transport;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /// From now on these are the peers, and nobody else is listened to.
    ///
    /// @param addresses may name this node, which is left out
    public void peers(Map<String, InetSocketAddress> addresses) {
        for (var gone : outgoing.keySet()) {
            if (!addresses.containsKey(gone)) {
                end(gone);
            }
        }
        addresses.forEach((peer, address) -> {
            if (!peer.equals(settings.node())) {
                Hello.requireName(peer);
                var before = outgoing.get(peer);
                if (before == null || !before.address().equals(address)) {
                    connect(peer, address);
                }
            }
        });
    }

    private void connect(String peer, InetSocketAddress address) {
        var connection = new Outgoing(settings, tls, peer, address, listener, complaints);
        var before = outgoing.put(peer, connection);
        if (before != null) {
            before.close();
        }
        connection.start();
    }

    private void end(String peer) {
        var to = outgoing.remove(peer);
        if (to != null) {
            to.close();
        }
        var from = incoming.remove(peer);
        if (from != null) {
            from.close();
        }
    }

    /// Hands a frame over, without waiting; it may be lost, or make older ones be.
    ///
    /// @param frame not to be changed any more
    /// @throws IllegalArgumentException for a frame that is empty or too long
    public void send(String peer, byte[] frame) {
        if (frame.length == 0 || frame.length > settings.frameBytes()) {
            throw new IllegalArgumentException(
                    "a frame of %d bytes where 1 to %d may be sent".formatted(frame.length, settings.frameBytes()));
        }
        var connection = outgoing.get(peer);
        if (connection == null) {
            listener.dropped(peer, 1);
        } else {
            connection.send(frame);
        }
    }

    private void listen() {
        while (!closed) {
            try {
                accept(server.accept());
            } catch (IOException failure) {
                if (!closed) {
                    complaints.about("listen", "no connection can be taken at %s: %s".formatted(address(), failure));
                    pause();
                }
            }
        }
    }

    /// Too many open files, say: that does not get better at once.
    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(Socket socket) {
        var connection = new Incoming(settings, tls, socket, outgoing::containsKey);
        if (all.size() >= settings.connections()) {
            refuse(connection, "is one too many: %d connections are open".formatted(all.size()));
            return;
        }
        all.add(connection);
        Thread.ofPlatform().daemon().name("from-" + connection.remote()).start(() -> serve(connection));
    }

    private void serve(Incoming connection) {
        var peer = new String[1];
        try {
            connection.serve(
                    (from, it) -> {
                        peer[0] = from;
                        var before = incoming.put(from, it);
                        if (before != null) {
                            before.close();
                        }
                    },
                    receiver,
                    listener);
        } catch (IOException | RuntimeException failure) {
            if (closed || (peer[0] != null && !connection.equals(incoming.get(peer[0])))) {
                connection.close();
            } else {
                refuse(connection, Connections.why(failure));
            }
        } finally {
            all.remove(connection);
            if (peer[0] != null) {
                incoming.remove(peer[0], connection);
            }
        }
    }

    private void refuse(Incoming connection, String why) {
        var remote = connection.remote();
        connection.close();
        complaints.about(why, "the connection from %s is closed, it %s".formatted(remote, why));
        listener.refused(remote, why);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        outgoing.values().forEach(Outgoing::close);
        all.forEach(Incoming::close);
    }
}
