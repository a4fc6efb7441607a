package io.covenant.gateway.upstream;

import io.covenant.testing.ScriptedServer.Request;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A request or an answer as somebody got it, without how long its parts were on the way.
///
/// @param line    the first line, without which HTTP/1 it is
/// @param headers the others, sorted, but for those that say how the body was cut and what becomes of the connection
/// @param body    put together again
/// @param whole   whether the body came to the end that its head announced
record Said(String line, List<String> headers, String body, boolean whole) {

    private static final Set<String> CUT = Set.of("content-length", "transfer-encoding", "connection");

    private static final Set<String> BARE = Set.of("204", "304");

    /// What an instance got. How much time is left is another number each time; the stock client names itself and
    /// takes everything where the client said nothing.
    static Said by(Request request) {
        var said = of(request.head() + request.body());
        var headers = said.headers().stream()
                .filter(each -> !each.startsWith("x-deadline-millis:")
                        && !each.startsWith("user-agent: ReactorNetty")
                        && !each.equals("accept: */*"))
                .toList();
        return new Said(said.line(), headers, request.body(), true);
    }

    /// All that came over a connection that was closed at the end.
    static Said of(String bytes) {
        var go = "HTTP/1.1 100 Continue\r\n\r\n";
        if (bytes.startsWith(go)) {
            return of(bytes.substring(go.length()));
        }
        int end = bytes.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Said(bytes, List.of(), "", false);
        }
        var lines = bytes.substring(0, end).split("\r\n", -1);
        var headers = Arrays.stream(lines).skip(1).map(Said::plain).sorted().toList();
        var body = bytes.substring(end + 4);
        boolean bare = lines[0].startsWith("HTTP") && BARE.contains(lines[0].split(" ", 3)[1]);
        boolean chunked = headers.contains("transfer-encoding: chunked");
        var length = headers.stream()
                .filter(each -> each.startsWith("content-length: "))
                .findFirst()
                .map(each -> Integer.parseInt(each.substring(16)));
        return new Said(
                lines[0].replaceAll("HTTP/1\\.[01]", "HTTP"),
                headers.stream()
                        .filter(each -> !CUT.contains(each.substring(0, each.indexOf(':'))))
                        .toList(),
                chunked ? joined(body) : body,
                isWhole(body, bare, chunked, length.orElse(body.length())));
    }

    private static boolean isWhole(String body, boolean bare, boolean chunked, int length) {
        if (bare) {
            return body.isEmpty();
        }
        return chunked ? body.endsWith("0\r\n\r\n") : length == body.length();
    }

    private static String plain(String header) {
        int colon = header.indexOf(':');
        return header.substring(0, colon).toLowerCase(Locale.ROOT) + ": "
                + header.substring(colon + 1).strip();
    }

    private static String joined(String chunks) {
        var all = new StringBuilder();
        int at = 0;
        while (true) {
            int end = chunks.indexOf("\r\n", at);
            if (end < 0) {
                return all.toString();
            }
            int length = Integer.parseInt(chunks.substring(at, end), 16);
            int from = end + 2;
            all.append(chunks, from, Math.min(chunks.length(), from + length));
            if (length == 0 || chunks.length() <= from + length) {
                return all.toString();
            }
            at = from + length + 2;
        }
    }
}
