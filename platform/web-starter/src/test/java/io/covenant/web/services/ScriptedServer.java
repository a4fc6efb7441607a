package io.covenant.web.services;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on a real socket that does what the test says, also what no server should do.
final class ScriptedServer implements Closeable {

    /// What the server does with one request on one connection.
    @FunctionalInterface
    interface Script {

        /// @param request the head of the request, a blank line, and its body
        void on(String request, Connection connection) throws IOException, InterruptedException;
    }

    record Connection(Socket socket, OutputStream out) {

        void say(String text) throws IOException {
            out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void answer(String body) throws IOException {
            say("HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: %d\n\n%s"
                    .formatted(body.length(), body));
        }

        void close() throws IOException {
            socket.close();
        }

        /// Ends the connection as a crash does.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket listener;
    private final Script script;
    private final Thread acceptor;
    private final java.util.Set<Socket> open = ConcurrentHashMap.newKeySet();

    ScriptedServer(Script script) throws IOException {
        this(0, script);
    }

    ScriptedServer(int port, Script script) throws IOException {
        this.script = script;
        this.listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    /// A server that answers everything with these words.
    static ScriptedServer saying(String body) throws IOException {
        return new ScriptedServer((_, connection) -> connection.answer(body));
    }

    /// An address at which nobody listens.
    static URI nobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (true) {
            try {
                var socket = listener.accept();
                connections.incrementAndGet();
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
                script.on(request, connection);
            }
        } catch (IOException | InterruptedException _) {
            // the script ends with the connection
        } finally {
            open.remove(socket);
        }
    }

    private static @org.jspecify.annotations.Nullable String read(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        int length = head.toString()
                .lines()
                .filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16)))
                .findFirst()
                .orElse(0);
        return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /// Stops, and cuts every connection, as the end of a process does.
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            acceptor.join(); // only now is the port free
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var socket : open) {
            socket.close();
        }
    }
}
