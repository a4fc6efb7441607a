package io.covenant.locks.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A connection to a node that is asked for one thing after the other, by the thread that waits for the answer: no
/// other has to be woken for it. Of HTTP/1.1 just what the lock service answers.
final class NodeConnection implements AutoCloseable {

    private static final int LONGEST_HEAD = 32 * 1024;
    private static final int LONGEST_BODY = 16 * 1024 * 1024;

    private final @Nullable SSLContext security;
    private final Socket socket;
    private final InputStream in;
    private final String host;
    private boolean stays = true;
    private long restingSince = System.nanoTime();

    /// @param security       of an `https` address; absent for a connection in the clear
    /// @param patienceMillis to connect, and with each silence
    NodeConnection(URI node, @Nullable SSLContext security, int patienceMillis) throws IOException {
        this.security = security;
        host = node.getRawAuthority();
        int usual = security == null ? 80 : 443;
        int port = node.getPort() < 0 ? usual : node.getPort();
        var plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(patienceMillis);
            plain.connect(new InetSocketAddress(node.getHost(), port), patienceMillis);
            socket = security == null ? plain : secured(security, plain, node.getHost(), port);
            in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        } catch (IOException | RuntimeException failure) {
            plain.close();
            throw failure;
        }
    }

    /// The certificate has to bear the host's name.
    private static Socket secured(SSLContext security, Socket plain, String host, int port) throws IOException {
        var socket = (SSLSocket) security.getSocketFactory().createSocket(plain, host, port, true);
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /// Whether it was opened by these certificates.
    boolean isBy(@Nullable SSLContext certificates) {
        return Objects.equals(security, certificates);
    }

    /// Posts JSON, and reads the whole answer.
    Reply post(String path, Map<String, String> headers, byte[] json) throws IOException {
        var head = begin("POST", path)
                .append("Content-Type: application/json\r\nContent-Length: ")
                .append(json.length)
                .append("\r\n");
        send(head, headers, json);
        var answered = head();
        return new Reply(host, answered.status(), answered.headers(), body(answered.status(), answered.headers()));
    }

    /// Asks for what never ends. The connection is of no other use then.
    ///
    /// @param silenceMillis which the stream does not keep
    EventSource.Opened open(String path, Map<String, String> headers, int silenceMillis) throws IOException {
        stays = false;
        send(begin("GET", path).append("Accept: text/event-stream\r\n"), headers, new byte[0]);
        var answered = head();
        socket.setSoTimeout(silenceMillis);
        boolean chunked = "chunked".equalsIgnoreCase(answered.headers().get("transfer-encoding"));
        return new EventSource.Opened(
                answered.status(), answered.headers(), chunked ? new Chunks(this, in) : new Rest(this, in));
    }

    private StringBuilder begin(String method, String path) {
        return new StringBuilder(256)
                .append(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\n");
    }

    private void send(StringBuilder head, Map<String, String> headers, byte[] body) throws IOException {
        for (var header : headers.entrySet()) {
            head.append(clean(header.getKey()))
                    .append(": ")
                    .append(clean(header.getValue()))
                    .append("\r\n");
        }
        var begin = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        var whole = new byte[begin.length + body.length];
        System.arraycopy(begin, 0, whole, 0, begin.length);
        System.arraycopy(body, 0, whole, begin.length, body.length);
        socket.getOutputStream().write(whole);
    }

    private static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ') {
                throw new IllegalArgumentException("a header must be one line");
            }
        }
        return text;
    }

    /// Whether it may be asked again.
    boolean stays() {
        return stays;
    }

    void rest() {
        restingSince = System.nanoTime();
    }

    long restedNanos() {
        return System.nanoTime() - restingSince;
    }

    private record Head(int status, Map<String, String> headers) {}

    private Head head() throws IOException {
        var line = line();
        if (!line.startsWith("HTTP/1.1 ") || line.length() < 12) {
            throw new ProtocolException("no HTTP/1.1: " + line);
        }
        int status = number(line.substring(9, 12), 10);
        Map<String, String> headers = new TreeMap<>();
        int read = 0;
        for (var header = line(); !header.isEmpty(); header = line()) {
            read += header.length();
            int colon = header.indexOf(':');
            if (colon <= 0 || read > LONGEST_HEAD) {
                throw new ProtocolException("no header, or too many: " + header);
            }
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        stays &= !"close".equalsIgnoreCase(headers.get("connection"));
        return new Head(status, headers);
    }

    private byte[] body(int status, Map<String, String> headers) throws IOException {
        var length = headers.get("content-length");
        if (status == 204 || (length != null && length.equals("0"))) {
            return new byte[0];
        }
        if (length != null) {
            return bytes(number(length, 10));
        }
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return chunks();
        }
        throw new ProtocolException("a body without a length");
    }

    private byte[] chunks() throws IOException {
        var all = new ByteArrayOutputStream();
        for (int size = number(line().split(";", 2)[0].strip(), 16); size > 0; size = number(line(), 16)) {
            all.write(bytes(size));
            line();
            if (all.size() > LONGEST_BODY) {
                throw new ProtocolException("too long a body");
            }
        }
        line();
        return all.toByteArray();
    }

    private byte[] bytes(int length) throws IOException {
        if (length > LONGEST_BODY) {
            throw new ProtocolException("too long a body");
        }
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer was cut off");
        }
        return bytes;
    }

    private static int number(String text, int radix) throws ProtocolException {
        try {
            return Integer.parseUnsignedInt(text, radix);
        } catch (NumberFormatException malformed) {
            throw new ProtocolException("no number: " + text);
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("closed before the answer");
            }
            if (line.length() > LONGEST_HEAD) {
                throw new ProtocolException("too long a line");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            stays = false;
        }
    }

    /// What comes until the other side ends it.
    private static final class Rest extends FilterInputStream {

        private final NodeConnection connection;

        Rest(NodeConnection connection, InputStream in) {
            super(in);
            this.connection = connection;
        }

        @Override
        public void close() {
            connection.close();
        }
    }

    /// What comes in chunks.
    private static final class Chunks extends InputStream {

        private final NodeConnection connection;
        private final InputStream in;
        private int left;
        private boolean begun;
        private boolean ended;

        Chunks(NodeConnection connection, InputStream in) {
            this.connection = connection;
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0 && !next()) {
                return -1;
            }
            int read = in.read(into, offset, Math.min(length, left));
            if (read < 0) {
                throw new EOFException("the stream was cut off");
            }
            left -= read;
            return read;
        }

        @Override
        public int available() throws IOException {
            return Math.min(left, in.available());
        }

        private boolean next() throws IOException {
            if (begun && !ended) {
                connection.line();
            }
            begun = true;
            if (!ended) {
                left = number(connection.line().split(";", 2)[0].strip(), 16);
                ended = left == 0;
            }
            return !ended;
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
