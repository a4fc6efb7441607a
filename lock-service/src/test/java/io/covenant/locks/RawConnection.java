package io.covenant.locks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// One HTTP/1.1 connection that costs next to nothing, so that a measurement shows the server.
final class RawConnection implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final String host;

    record Said(int status, String body) {}

    RawConnection(URI base) throws IOException {
        socket = new Socket(base.getHost(), base.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        in = new BufferedInputStream(socket.getInputStream(), 4096);
        host = base.getHost() + ':' + base.getPort();
    }

    Said post(String path, String body) throws IOException {
        var request = "POST " + path + " HTTP/1.1\r\nHost: " + host
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        int status = Integer.parseInt(line().substring(9, 12));
        int length = 0;
        boolean chunks = false;
        for (var line = line(); !line.isEmpty(); line = line()) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            } else if (line.regionMatches(true, 0, "transfer-encoding:", 0, 18)) {
                chunks = true;
            }
        }
        if (chunks) {
            var pieces = new StringBuilder();
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                pieces.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
                line();
            }
            line();
            return new Said(status, pieces.toString());
        }
        return new Said(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /// The number after this field's name.
    static long number(String json, String field) {
        int at = json.indexOf('"' + field + "\":") + field.length() + 3;
        int end = at;
        while (end < json.length() && Character.isDigit(json.charAt(end))) {
            end++;
        }
        return Long.parseLong(json.substring(at, end));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
