package io.covenant.consensus.transport;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// The connection to one peer, made again whenever it breaks.
///
/// Who has a frame to send writes it, where nothing is in front of it and nobody has to wait; else the
/// connection's own thread does.
final class Outgoing {

    private static final int BATCH_BYTES = 256 * 1024;
    private static final int MOST_AT_ONCE = 64 * 1024;
    private static final byte[] PING = new byte[4];

    /// Where frames can go.
    private record Line(PromptSocket plain, OutputStream out) {}

    private final TransportSettings settings;
    private final Optional<SSLContext> tls;
    private final String peer;
    private final InetSocketAddress address;
    private final TransportListener listener;
    private final Complaints complaints;
    private final OutgoingQueue queue;
    private final AtomicReference<@Nullable Socket> current = new AtomicReference<>();
    private final Thread thread;

    /// Held by who writes.
    private final ReentrantLock writing = new ReentrantLock();

    /// Guarded by `writing`.
    private byte[] buffer = new byte[64 * 1024];

    private volatile @Nullable Line line;
    private volatile boolean closed;

    Outgoing(
            TransportSettings settings,
            Optional<SSLContext> tls,
            String peer,
            InetSocketAddress address,
            TransportListener listener,
            Complaints complaints) {
        this.settings = settings;
        this.tls = tls;
        this.peer = peer;
        this.address = address;
        this.listener = listener;
        this.complaints = complaints;
        this.queue = new OutgoingQueue(settings.queueFrames(), settings.queueBytes());
        this.thread = Thread.ofPlatform().daemon().name("to-" + peer).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    InetSocketAddress address() {
        return address;
    }

    void send(byte[] frame) {
        if (sendAtOnce(frame)) {
            return;
        }
        var dropped = queue.add(frame);
        if (dropped > 0) {
            listener.dropped(peer, dropped);
        }
    }

    /// Spares waking the connection's thread, and never waits.
    private boolean sendAtOnce(byte[] frame) {
        var now = line;
        if (now == null || frame.length > MOST_AT_ONCE || !writing.tryLock()) {
            return false;
        }
        try {
            if (!queue.isIdle() || !now.plain().isClear()) {
                return false;
            }
            write(now.out(), List.of(frame));
            if (!now.plain().isClear()) {
                queue.nudge();
            }
        } catch (IOException broken) {
            // The connection's thread finds out by itself why.
            Connections.close(now.plain());
            queue.nudge();
        } finally {
            writing.unlock();
        }
        return true;
    }

    private void run() {
        for (var failures = 0; !closed; ) {
            var connected = false;
            try (var plain = new PromptSocket()) {
                current.set(plain);
                connect(plain);
                var socket = greet(plain);
                connected = true;
                listener.connected(peer);
                failures = 0;
                pump(plain, socket);
            } catch (InterruptedException end) {
                return;
            } catch (IOException | RuntimeException failure) {
                if (closed) {
                    return;
                }
                failures++;
                var why = Connections.why(failure);
                if (connected || failures == 1) {
                    complaints.about("to " + peer, "the connection to %s at %s %s".formatted(peer, address, why));
                }
                listener.disconnected(peer, why);
            }
            if (!pause(failures)) {
                return;
            }
        }
    }

    private void connect(Socket socket) throws IOException {
        // The name is looked up anew each time: an address may have moved.
        var target = address.isUnresolved()
                ? new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort())
                : address;
        if (tls.isEmpty()) {
            Connections.requireLoopback(target.getAddress());
        }
        socket.setTcpNoDelay(true);
        socket.connect(target, Math.toIntExact(settings.helloTimeout().toMillis()));
    }

    private Socket greet(Socket plain) throws IOException {
        try (var deadline = new Deadline(settings.helloTimeout(), plain)) {
            try {
                return introduce(plain);
            } catch (IOException failure) {
                throw deadline.explain(failure);
            }
        }
    }

    private Socket introduce(Socket plain) throws IOException {
        plain.setSoTimeout(Math.toIntExact(settings.helloTimeout().toMillis()));
        var socket = Connections.secure(plain, tls, true);
        if (socket instanceof SSLSocket secured) {
            Certificates.requireName(secured, peer);
        }
        new Hello(Hello.VERSION, settings.cluster(), settings.node(), peer)
                .write(new DataOutputStream(new BufferedOutputStream(socket.getOutputStream())));
        Hello.readAnswer(new DataInputStream(socket.getInputStream()));
        socket.setSoTimeout(Math.toIntExact(settings.idleTimeout().toMillis()));
        return socket;
    }

    private void pump(PromptSocket plain, Socket socket) throws IOException, InterruptedException {
        var why = new AtomicReference<@Nullable IOException>();
        var reader = Thread.ofVirtual().name("signs-of-" + peer).start(() -> hearSignsOfLife(plain, socket, why));
        var out = socket.getOutputStream();
        try {
            line = new Line(plain, out);
            for (var nextPing = System.nanoTime(); ; ) {
                var patience = (nextPing - System.nanoTime()) / 1_000_000;
                var frames = queue.take(BATCH_BYTES, Math.max(1, patience));
                writing.lock();
                try {
                    plain.drain();
                    if (System.nanoTime() >= nextPing) {
                        out.write(PING);
                        nextPing = System.nanoTime()
                                + Duration.ofMillis(settings.pingMillis()).toNanos();
                    }
                    if (!frames.isEmpty()) {
                        write(out, frames);
                    }
                } finally {
                    queue.onTheirWay();
                    writing.unlock();
                }
            }
        } catch (IOException failure) {
            var cause = why.get();
            throw cause == null ? failure : cause;
        } finally {
            line = null;
            // Not the one with TLS: that would wait for a write which waits for the peer.
            Connections.close(plain);
            reader.interrupt();
        }
    }

    /// The peer answers every ping; when it does not, nobody is there any more.
    private static void hearSignsOfLife(Socket plain, Socket socket, AtomicReference<@Nullable IOException> why) {
        try {
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {}
            why.compareAndSet(null, new RefusedException("was closed by the other side"));
        } catch (IOException failure) {
            why.compareAndSet(null, failure);
        } finally {
            Connections.close(plain);
        }
    }

    /// Writes all of them in one go.
    private void write(OutputStream out, List<byte[]> frames) throws IOException {
        var length = frames.stream().mapToInt(frame -> 4 + frame.length).sum();
        var batch = buffer.length >= length ? buffer : new byte[length];
        var into = ByteBuffer.wrap(batch);
        frames.forEach(frame -> into.putInt(frame.length).put(frame));
        try {
            out.write(batch, 0, length);
            listener.sent(peer, frames.size(), length);
        } catch (IOException broken) {
            listener.dropped(peer, frames.size());
            throw broken;
        }
        buffer = batch.length > 2 * BATCH_BYTES ? buffer : batch;
    }

    /// Longer after each failure, and never as long as the other nodes.
    private boolean pause(int failures) {
        var most = Math.min(
                settings.retryMost().toMillis(), settings.retryLeast().toMillis() << Math.clamp(failures - 1, 0, 20));
        try {
            Thread.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
            return true;
        } catch (InterruptedException end) {
            return false;
        }
    }

    void close() {
        closed = true;
        var socket = current.get();
        if (socket != null) {
            Connections.close(socket);
        }
        thread.interrupt();
    }
}
