package io.covenant.consensus.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A socket on which only its owner, the thread that made it, waits until what it writes has left. What others write
/// and the system does not take at once is kept, and leaves when the owner writes or [drains][#drain].
///
/// TLS may be put on it. Reading waits, as on any socket.
final class PromptSocket extends Socket {

    private final Thread owner = Thread.currentThread();
    private final SocketChannel channel = SocketChannel.open();
    private final InputStream in = new In();
    private final OutputStream out = new Out();
    private final ReentrantLock writing = new ReentrantLock();

    /// Guarded by `writing`.
    private final ArrayDeque<ByteBuffer> kept = new ArrayDeque<>();

    private volatile boolean clear = true;
    private volatile @Nullable Selector readable;
    private volatile @Nullable Selector writable;
    private volatile int timeoutMillis;

    PromptSocket() throws IOException {}

    @Override
    public void connect(SocketAddress to, int patienceMillis) throws IOException {
        channel.socket().connect(to, patienceMillis);
        channel.configureBlocking(false);
        readable = Selector.open();
        writable = Selector.open();
        if (!channel.isOpen()) {
            close();
        }
        channel.register(Objects.requireNonNull(readable), SelectionKey.OP_READ);
        channel.register(Objects.requireNonNull(writable), SelectionKey.OP_WRITE);
    }

    /// Whether all has left.
    boolean isClear() {
        return clear;
    }

    /// Waits until all has left.
    void drain() throws IOException {
        writing.lock();
        try {
            for (var first = kept.peekFirst(); first != null; first = kept.peekFirst()) {
                channel.write(first);
                if (first.hasRemaining()) {
                    await(writable, 0);
                } else {
                    kept.removeFirst();
                }
            }
            clear = true;
        } finally {
            writing.unlock();
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        writing.lock();
        try {
            if (kept.isEmpty()) {
                channel.write(bytes);
            }
            if (bytes.hasRemaining()) {
                clear = false;
                kept.addLast(ByteBuffer.wrap(
                        Arrays.copyOfRange(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.limit())));
            }
            if (!clear && owner.equals(Thread.currentThread())) {
                drain();
            }
        } finally {
            writing.unlock();
        }
    }

    private int read(ByteBuffer into) throws IOException {
        for (var read = channel.read(into); ; read = channel.read(into)) {
            if (read != 0) {
                return read;
            }
            if (await(readable, timeoutMillis) == 0 && timeoutMillis > 0 && channel.isOpen()) {
                throw new SocketTimeoutException("nothing came for %d ms".formatted(timeoutMillis));
            }
        }
    }

    private int await(@Nullable Selector selector, int patienceMillis) throws IOException {
        try {
            if (selector == null) {
                throw new SocketException("not connected");
            }
            var ready = selector.select(patienceMillis);
            selector.selectedKeys().clear();
            return ready;
        } catch (ClosedSelectorException closed) {
            throw new SocketException("was closed");
        }
    }

    @Override
    public void close() throws IOException {
        // The system keeps the connection until no selector knows it.
        try (channel;
                var _ = readable;
                var _ = writable) {
            clear = false;
        }
    }

    @Override
    public InputStream getInputStream() {
        return in;
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public boolean isConnected() {
        return channel.isConnected();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return channel.socket().getInetAddress();
    }

    @Override
    public int getPort() {
        return channel.socket().getPort();
    }

    @Override
    public InetAddress getLocalAddress() {
        return channel.socket().getLocalAddress();
    }

    @Override
    public int getLocalPort() {
        return channel.socket().getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return isConnected() ? new InetSocketAddress(getInetAddress(), getPort()) : null;
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        channel.socket().setTcpNoDelay(on);
    }

    @Override
    public void setSoTimeout(int millis) {
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public String toString() {
        return "to %s".formatted(getRemoteSocketAddress());
    }

    private final class In extends InputStream {

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return length == 0 ? 0 : PromptSocket.this.read(ByteBuffer.wrap(into, offset, length));
        }

        @Override
        public void close() throws IOException {
            PromptSocket.this.close();
        }
    }

    private final class Out extends OutputStream {

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            PromptSocket.this.write(ByteBuffer.wrap(from, offset, length));
        }

        @Override
        public void close() throws IOException {
            PromptSocket.this.close();
        }
    }
}
