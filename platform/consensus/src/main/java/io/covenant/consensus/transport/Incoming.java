package io.covenant.consensus.transport;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A connection from outside: who it is has to be proved first, then it brings frames.
final class Incoming {

    private static final int BUFFER = 64 * 1024;

    private final TransportSettings settings;
    private final Optional<SSLContext> tls;
    private final Socket plain;
    private final Predicate<String> isPeer;
    private long lastSign = System.nanoTime();

    Incoming(TransportSettings settings, Optional<SSLContext> tls, Socket plain, Predicate<String> isPeer) {
        this.settings = settings;
        this.tls = tls;
        this.plain = plain;
        this.isPeer = isPeer;
    }

    /// Reads until the connection ends, which always is by an exception.
    ///
    /// @param onPeer hears who it is
    void serve(BiConsumer<String, Incoming> onPeer, FrameReceiver receiver, TransportListener listener)
            throws IOException {
        Socket socket;
        DataInputStream in;
        DataOutputStream out;
        Hello hello;
        try (var deadline = new Deadline(settings.helloTimeout(), plain)) {
            try {
                plain.setTcpNoDelay(true);
                plain.setSoTimeout(Math.toIntExact(settings.helloTimeout().toMillis()));
                socket = Connections.secure(plain, tls, false);
                in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
                out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1024));
                hello = Hello.read(in);
                requirePeer(socket, hello, out);
            } catch (IOException failure) {
                throw deadline.explain(failure);
            }
        }
        onPeer.accept(hello.from(), this);
        socket.setSoTimeout(Math.toIntExact(settings.idleTimeout().toMillis()));
        Hello.answer(out, "");
        while (true) {
            readFrame(hello.from(), in, out, receiver, listener);
        }
    }

    private void requirePeer(Socket socket, Hello hello, DataOutputStream out) throws IOException {
        try {
            if (!hello.cluster().equals(settings.cluster())) {
                throw new RefusedException(
                        "belongs to cluster %s, not to %s".formatted(hello.cluster(), settings.cluster()));
            }
            if (!hello.to().equals(settings.node())) {
                throw new RefusedException("looks for %s, this is %s".formatted(hello.to(), settings.node()));
            }
            if (!isPeer.test(hello.from())) {
                throw new RefusedException("%s is no peer of %s".formatted(hello.from(), settings.node()));
            }
            if (socket instanceof SSLSocket secured) {
                Certificates.requireName(secured, hello.from());
            }
        } catch (RefusedException refused) {
            Hello.answer(out, String.valueOf(refused.getMessage()));
            throw refused;
        }
    }

    private void readFrame(
            String peer, DataInputStream in, DataOutputStream out, FrameReceiver receiver, TransportListener listener)
            throws IOException {
        var length = in.readInt();
        if (length == 0) {
            giveSignOfLife(out);
            return;
        }
        if (length < 0 || length > settings.frameBytes()) {
            throw new RefusedException("sends a frame of %d bytes where %d are the most"
                    .formatted(length & 0xFFFFFFFFL, settings.frameBytes()));
        }
        var frame = new byte[length];
        for (var at = 0; at < length; ) {
            var part = Math.min(BUFFER, length - at);
            in.readFully(frame, at, part);
            at += part;
            // A ping may wait behind a long frame; its sender need not.
            if (System.nanoTime() - lastSign > settings.pingMillis() * 1_000_000L) {
                giveSignOfLife(out);
            }
        }
        listener.received(peer, length);
        receiver.receive(peer, frame);
    }

    private void giveSignOfLife(DataOutputStream out) throws IOException {
        out.write(0);
        out.flush();
        lastSign = System.nanoTime();
    }

    String remote() {
        return String.valueOf(plain.getRemoteSocketAddress());
    }

    void close() {
        Connections.close(plain);
    }
}
