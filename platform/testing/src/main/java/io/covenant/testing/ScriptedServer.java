package io.covenant.testing;

import io.covenant.launcher.node.FreePorts;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A server on a real socket that does what the test says, also what no server should do.
public final class ScriptedServer implements Closeable {

    /// What the server does with one request on one connection.
    @FunctionalInterface
    public interface Script {

        void on(Request request, Connection connection) throws IOException, InterruptedException;
    }

    /// What lies between a connection and what is said on it, such as TLS.
    @FunctionalInterface
    public interface Layer {

        Socket over(Socket accepted) throws IOException;
    }

    /// @param head the request line, the headers and a blank line, as they came
    public record Request(String head, String body) {

        public String line() {
            return head.lines().findFirst().orElse("");
        }

        public String path() {
            return line().split(" ", -1)[1];
        }

        /// The values of a header, in order, with commas.
        public String header(String name) {
            var start = name.toLowerCase(Locale.ROOT) + ":";
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .collect(Collectors.joining(","));
        }

        @Override
        public String toString() {
            return head + body;
        }
    }

    public record Connection(Socket socket, OutputStream out) {

        public void say(String text) throws IOException {
            out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        public void answer(String body) throws IOException {
            say("HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: %d\n\n%s"
                    .formatted(body.length(), body));
        }

        public void close() throws IOException {
            socket.close();
        }

        /// Ends the connection as a crash does.
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    public final List<Request> requests = new CopyOnWriteArrayList<>();
    public final AtomicInteger connections = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /// Those on which a thread reads or writes. When such a one is closed, it is that thread that lets go of the
    /// connection, as soon as it gets a processor.
    private final Set<Socket> inUse = ConcurrentHashMap.newKeySet();
    private final Layer layer;
    private volatile Script script;
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;
    private int port;

    public ScriptedServer(Script script) {
        this(0, script);
    }

    /// @param port 0 for any that no connection can have taken when it listens again
    public ScriptedServer(int port, Script script) {
        this(port, accepted -> accepted, script);
    }

    /// A server whose every connection begins with this layer.
    public ScriptedServer(Layer layer, Script script) {
        this(0, layer, script);
    }

    private ScriptedServer(int port, Layer layer, Script script) {
        this.port = port;
        this.layer = layer;
        this.script = script;
        start();
    }

    /// An address at which nobody listens.
    public static URI nobody() {
        return address(FreePorts.one());
    }

    /// Does something else from the next request on.
    public void follow(Script other) {
        script = other;
    }

    public URI address() {
        return address(port);
    }

    public int port() {
        return port;
    }

    /// How many connections are open now.
    public int open() {
        return open.size();
    }

    public synchronized boolean listens() {
        return listener != null;
    }

    /// Listens again, at the same port.
    public synchronized void start() {
        try {
            var socket = port == 0 ? listeningSomewhere() : listeningAt(port);
            port = socket.getLocalPort();
            listener = socket;
            acceptor = Thread.ofVirtual().start(() -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerSocket listeningSomewhere() throws IOException {
        while (true) {
            try {
                return listeningAt(FreePorts.one());
            } catch (BindException _) {
                // somebody was faster: another one
            }
        }
    }

    private static ServerSocket listeningAt(int port) throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Stops listening and resets every connection, as `kill -9` does. When it returns, they are reset.
    public void kill() {
        end(true);
    }

    /// Stops listening and closes every connection. When it returns, they are closed.
    @Override
    public void close() {
        end(false);
    }

    private static URI address(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private void accept(ServerSocket listening) {
        while (true) {
            try {
                var socket = listening.accept();
                connections.incrementAndGet();
                inUse.add(socket);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var layered = layer.over(socket);
            var in = new BufferedInputStream(layered.getInputStream());
            var connection = new Connection(layered, new Writing(socket, layered.getOutputStream()));
            for (var request = read(in); request != null; request = read(in)) {
                requests.add(request);
                inUse.remove(socket);
                script.on(request, connection);
                inUse.add(socket);
            }
        } catch (IOException | InterruptedException _) {
            // the script ends with the connection
        } finally {
            open.remove(socket);
            inUse.remove(socket);
        }
    }

    /// What a script writes to its connection.
    private final class Writing extends FilterOutputStream {

        private final Socket socket;

        Writing(Socket socket, OutputStream out) {
            super(out);
            this.socket = socket;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            inUse.add(socket);
            try {
                out.write(bytes, from, length);
            } finally {
                inUse.remove(socket);
            }
        }
    }

    private static @Nullable Request read(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        var request = new Request(head.toString(), "");
        var length = request.header("Content-Length");
        return length.isEmpty()
                ? request
                : new Request(
                        request.head(), new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8));
    }

    private static void end(Socket socket, boolean abruptly) throws IOException {
        try {
            if (abruptly) {
                socket.setSoLinger(true, 0);
            }
        } catch (SocketException _) {
            // it has just ended by itself
        }
        socket.close();
    }

    private synchronized void end(boolean abruptly) {
        try {
            if (listener != null) {
                listener.close();
            }
            if (acceptor != null) {
                acceptor.join(); // only now is the port free
            }
            var ended = List.copyOf(open);
            for (var socket : ended) {
                end(socket, abruptly);
            }
            for (var socket : ended) {
                while (inUse.contains(socket)) {
                    Thread.sleep(1); // only then does the other side hear of it
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        listener = null;
    }
}
