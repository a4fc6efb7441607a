package io.covenant.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// An instance of a service, on a real socket, that behaves as well or as badly as a test wants.
public final class Backend implements AutoCloseable {

    /// What the instance does with one request.
    @FunctionalInterface
    public interface Behaviour {
        void on(Request request, Connection connection) throws IOException, InterruptedException;
    }

    /// @param head the request line and the headers, as they came
    public record Request(String head, String body) {

        public String line() {
            return head.lines().findFirst().orElse("");
        }

        public String path() {
            return line().split(" ", -1)[1];
        }

        /// The values of a header, in order, with commas.
        public String header(String name) {
            return String.join(
                    ",",
                    head.lines()
                            .filter(line -> line.toLowerCase(java.util.Locale.ROOT)
                                    .startsWith(name.toLowerCase(java.util.Locale.ROOT) + ":"))
                            .map(line -> line.substring(line.indexOf(':') + 1).strip())
                            .toList());
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

        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    public final List<Request> requests = new CopyOnWriteArrayList<>();
    private final String name;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Behaviour behaviour;
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;
    private int port;

    public Backend(String name) {
        this.name = name;
        this.behaviour = this::greet;
        start();
    }

    private void greet(Request request, Connection connection) throws IOException {
        if (request.line().startsWith("HEAD")) {
            connection.say("HTTP/1.1 200 OK\nContent-Length: 14\n\n");
        } else {
            connection.answer("{\"from\":\"%s\"}".formatted(name));
        }
    }

    public Backend behaving(Behaviour behaviour) {
        this.behaviour = behaviour;
        return this;
    }

    /// Forgets what came, and behaves well again.
    public void reset() {
        requests.clear();
        behaviour = this::greet;
        if (listener == null) {
            start();
        }
    }

    public String address() {
        return "http://127.0.0.1:" + port;
    }

    /// An address at which nobody listens.
    public static String nobody() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public synchronized void start() {
        try {
            var socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            port = socket.getLocalPort();
            listener = socket;
            acceptor = Thread.ofVirtual().start(() -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket listener) {
        while (true) {
            try {
                var socket = listener.accept();
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
            var in = new BufferedInputStream(socket.getInputStream());
            var connection = new Connection(socket, socket.getOutputStream());
            for (var request = read(in); request != null; request = read(in)) {
                requests.add(request);
                behaviour.on(request, connection);
            }
        } catch (IOException | InterruptedException _) {
            // the behaviour ends with the connection
        } finally {
            open.remove(socket);
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
                        head.toString(), new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8));
    }

    /// Stops listening and cuts every connection, as `kill -9` does.
    public synchronized void kill() {
        try {
            if (listener != null) {
                listener.close();
            }
            if (acceptor != null) {
                acceptor.join(); // only now is the port free
            }
            for (var socket : open) {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listener = null;
    }

    @Override
    public void close() {
        kill();
    }
}
