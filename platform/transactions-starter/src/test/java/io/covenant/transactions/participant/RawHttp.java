package io.covenant.transactions.participant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Sends requests as they are written, right or wrong, each on a connection of its own.
///
/// @param port of the service
record RawHttp(int port) {

    /// @param headers by names in lower case; several of one name in one
    /// @param body    without the marks between its chunks
    record Answer(int status, Map<String, String> headers, String body) {}

    /// A request whose length is announced. `LENGTH` in it is its body's once all is filled in.
    static String request(String line, String body, String... headers) {
        return head(line, headers) + "Content-Length: LENGTH\r\n\r\n" + body;
    }

    /// A request whose body comes in chunks.
    static String chunked(String line, String body, String... headers) {
        return head(line, headers) + "Transfer-Encoding: chunked\r\n\r\nCHUNKED" + body;
    }

    private static String head(String line, String... headers) {
        var head = new StringBuilder(line).append(" HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (var header : headers) {
            head.append(header).append("\r\n");
        }
        return head.toString();
    }

    Answer send(String request) {
        int end = request.indexOf("\r\n\r\n") + 4;
        var body = request.substring(end);
        var bytes = body.startsWith("CHUNKED")
                ? request.substring(0, end) + inChunks(body.substring("CHUNKED".length()))
                : request.substring(0, end)
                                .replace("LENGTH", Integer.toString(body.getBytes(StandardCharsets.UTF_8).length))
                        + body;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String inChunks(String body) {
        int half = body.length() / 2;
        return chunk(body.substring(0, half)) + chunk(body.substring(half)) + "0\r\n\r\n";
    }

    private static String chunk(String part) {
        return Integer.toHexString(part.length()) + "\r\n" + part + "\r\n";
    }

    private static Answer answer(String all) {
        int end = all.indexOf("\r\n\r\n");
        var lines = all.substring(0, end).split("\r\n", -1);
        var headers = new TreeMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            var header = lines[i].split(": ?", 2);
            headers.merge(header[0].toLowerCase(Locale.ROOT), header[1], (one, other) -> one + ", " + other);
        }
        var body = all.substring(end + 4);
        return new Answer(
                Integer.parseInt(lines[0].split(" ", 3)[1]),
                headers,
                headers.containsKey("transfer-encoding") ? together(body) : body);
    }

    private static String together(String chunks) {
        var body = new StringBuilder();
        int at = 0;
        while (true) {
            int line = chunks.indexOf("\r\n", at);
            int size = Integer.parseInt(chunks.substring(at, line), 16);
            if (size == 0) {
                return body.toString();
            }
            body.append(chunks, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }
}
