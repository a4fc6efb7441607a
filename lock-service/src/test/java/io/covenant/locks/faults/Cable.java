package io.covenant.locks.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What lies between two processes: forwards bytes, later or not at all, each way by itself.
///
/// What is held back arrives once it may: TCP loses nothing inside of a connection. Nobody is told that a connection is
/// half open, which is what a cut network looks like; [#reset] tells both.
public final class Cable implements AutoCloseable {

    /// Seen from the one who connects.
    public enum Way {
        THERE,
        BACK
    }

    private final ServerSocket listener;
    private final int target;
    private final Set<Way> held = ConcurrentHashMap.newKeySet();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Object changed = new Object();
    private volatile long delayMillis;
    private volatile boolean closed;

    public Cable(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("cable-to-" + target).start(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// Lets nothing through in this direction, also on connections that begin now.
    public void hold(Way way) {
        held.add(way);
    }

    public void delay(Duration each) {
        delayMillis = each.toMillis();
    }

    /// As new.
    public void mend() {
        delayMillis = 0;
        held.clear();
        synchronized (changed) {
            changed.notifyAll();
        }
    }

    /// Ends all connections, as a crash of the other side does.
    public void reset() {
        open.forEach(Cable::end);
    }

    private void accept() {
        while (!closed) {
            try {
                var near = listener.accept();
                Thread.ofVirtual().start(() -> connect(near));
            } catch (IOException over) {
                return;
            }
        }
    }

    private void connect(Socket near) {
        try (near;
                var far = new Socket(InetAddress.getLoopbackAddress(), target)) {
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            open.add(near);
            open.add(far);
            var back = Thread.ofVirtual().start(() -> pump(far, near, Way.BACK));
            pump(near, far, Way.THERE);
            back.join();
        } catch (IOException refused) {
            end(near);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } finally {
            open.removeIf(Socket::isClosed);
        }
    }

    private void pump(Socket from, Socket to, Way way) {
        byte[] buffer = new byte[16 * 1024];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (delayMillis > 0) {
                    Thread.sleep(delayMillis);
                }
                awaitPassage(way);
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException over) {
            // Both ends hear of it below.
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    private void awaitPassage(Way way) throws InterruptedException {
        synchronized (changed) {
            while (held.contains(way) && !closed) {
                changed.wait();
            }
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        mend();
        reset();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
