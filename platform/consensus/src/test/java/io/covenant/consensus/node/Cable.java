package io.covenant.consensus.node;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A piece of wire in the way of TCP connections, that can be cut without either end being told.
final class Cable implements Closeable {

    private static final System.Logger LOG = System.getLogger(Cable.class.getName());

    private final ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    /// @param target where its other end is
    Cable(InetSocketAddress target) throws IOException {
        this.target = target;
        Thread.ofVirtual().name("cable").start(this::listen);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    InetSocketAddress target() {
        return target;
    }

    /// From now on what is sent towards the target is lost; what comes from there still arrives, and nobody
    /// sees a connection end.
    void cut() {
        cut = true;
    }

    /// Bytes are missing in what went through it: old connections are worth nothing any more.
    void mend() throws IOException {
        if (cut) {
            cut = false;
            hangUp();
        }
    }

    private void hangUp() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    private void listen() {
        while (!server.isClosed()) {
            try {
                join(server.accept());
            } catch (IOException refused) {
                LOG.log(System.Logger.Level.DEBUG, "whoever connects tries again", refused);
            }
        }
    }

    private void join(Socket near) throws IOException {
        var far = new Socket(target.getAddress(), target.getPort());
        sockets.add(near);
        sockets.add(far);
        Thread.ofVirtual().start(() -> pump(near, far, true));
        Thread.ofVirtual().start(() -> pump(far, near, false));
    }

    private void pump(Socket from, Socket to, boolean forth) {
        try (from;
                to) {
            pump(from.getInputStream(), to.getOutputStream(), forth);
        } catch (IOException gone) {
            LOG.log(System.Logger.Level.DEBUG, "a connection ended", gone);
        }
    }

    private void pump(InputStream in, OutputStream out, boolean forth) throws IOException {
        var bytes = new byte[8192];
        for (var read = in.read(bytes); read >= 0; read = in.read(bytes)) {
            if (!forth || !cut) {
                out.write(bytes, 0, read);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        hangUp();
    }
}
