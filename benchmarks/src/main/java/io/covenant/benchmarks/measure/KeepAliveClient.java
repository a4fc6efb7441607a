package io.covenant.benchmarks.measure;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/// Posts JSON to one port of this machine over connections that stay open, with next to no CPU time of its own: what it
/// used would be missing at those it measures. It speaks just the HTTP/1.1 that our services answer.
public final class KeepAliveClient implements AutoCloseable {

    /// @param body empty when there was none
    public record Answer(int status, String body) {}

    /// Less than the services keep a silent connection open.
    private static final Duration LONGEST_REST = Duration.ofSeconds(15);

    private final int port;
    private final Duration patience;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

    /// @param patience how long an answer may take
    public KeepAliveClient(int port, Duration patience) {
        this.port = port;
        this.patience = patience;
    }

    /// Asks with a body.
    public Answer post(String path, String json) throws IOException {
        return post(path, json, Map.of());
    }

    /// Asks with a body and more headers.
    public Answer post(String path, String json, Map<String, String> headers) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: " + body.length
                + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return exchange(head.append("\r\n").toString(), body);
    }

    /// Asks for a removal.
    public Answer delete(String path) throws IOException {
        return exchange("DELETE " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n", new byte[0]);
    }

    /// Asks without a body.
    public Answer get(String path) throws IOException {
        return get(path, Map.of());
    }

    /// Asks without a body, with more headers.
    public Answer get(String path, Map<String, String> headers) throws IOException {
        var head = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nAccept: application/json, text/plain\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return exchange(head.append("\r\n").toString(), new byte[0]);
    }

    @Override
    public void close() throws IOException {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    /// A connection that failed is not used again; nothing is asked twice.
    private Answer exchange(String head, byte[] body) throws IOException {
        Connection connection = rested();
        if (connection == null) {
            connection = new Connection(port, patience);
        }
        try {
            Answer answer = connection.exchange(head, body);
            if (connection.staysOpen) {
                connection.restingSince = System.nanoTime();
                idle.push(connection);
            } else {
                connection.close();
            }
            return answer;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    /// A connection that the other side has not closed for its long rest.
    private @Nullable Connection rested() throws IOException {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            if (System.nanoTime() - connection.restingSince < LONGEST_REST.toNanos()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    private static final class Connection implements AutoCloseable {

        private final Socket socket = new Socket();
        private final InputStream in;
        private final OutputStream out;
        private boolean staysOpen = true;
        private long restingSince;

        Connection(int port, Duration patience) throws IOException {
            int millis = Math.toIntExact(patience.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream());
        }

        Answer exchange(String head, byte[] body) throws IOException {
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
            int status = Integer.parseInt(line().split(" ", -1)[1]);
            int length = 0;
            boolean chunked = false;
            for (String header = line(); !header.isEmpty(); header = line()) {
                int colon = header.indexOf(':');
                String value = header.substring(colon + 1).strip();
                switch (header.substring(0, colon).toLowerCase(Locale.ROOT)) {
                    case "content-length" -> length = Integer.parseInt(value);
                    case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
                    case "connection" -> staysOpen = !value.equalsIgnoreCase("close");
                    default -> {}
                }
            }
            return new Answer(status, new String(chunked ? chunks() : bytes(length), StandardCharsets.UTF_8));
        }

        private byte[] chunks() throws IOException {
            var all = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(line().split(";", -1)[0].strip(), 16);
                all.write(bytes(size));
                line();
                if (size == 0) {
                    return all.toByteArray();
                }
            }
        }

        private byte[] bytes(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("the answer was cut off");
            }
            return bytes;
        }

        private String line() throws IOException {
            var line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException("the connection was closed before the answer");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
