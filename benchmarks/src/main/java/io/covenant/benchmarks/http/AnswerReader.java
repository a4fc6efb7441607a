package io.covenant.benchmarks.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Reads as much of HTTP/1.1 as answers with a `Content-Length` are made of. For one connection.
final class AnswerReader {

    private static final int LONGEST_HEAD = 16 * 1024;
    private static final byte[] END = {'\r', '\n', '\r', '\n'};
    private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(StandardCharsets.US_ASCII);

    private final byte[] head = new byte[LONGEST_HEAD];
    private int length;
    private boolean inBody;
    private int bodyLeft;
    private int status;

    /// Takes what has come.
    ///
    /// @return the status of the answer whose last byte this is; 0 if it is not whole yet
    /// @throws IllegalStateException for what this cannot read
    int read(ByteBuf in) {
        if (!inBody && !readHead(in)) {
            return 0;
        }
        int skipped = Math.min(bodyLeft, in.readableBytes());
        in.skipBytes(skipped);
        bodyLeft -= skipped;
        if (bodyLeft > 0) {
            return 0;
        }
        inBody = false;
        length = 0;
        return status;
    }

    private boolean readHead(ByteBuf in) {
        while (in.isReadable()) {
            if (length == LONGEST_HEAD) {
                throw new IllegalStateException("the head of an answer is too long");
            }
            byte next = in.readByte();
            head[length++] = next;
            if (next == '\n' && endsHead()) {
                begin();
                return true;
            }
        }
        return false;
    }

    private boolean endsHead() {
        if (length < END.length) {
            return false;
        }
        for (int i = 0; i < END.length; i++) {
            if (head[length - END.length + i] != END[i]) {
                return false;
            }
        }
        return true;
    }

    private void begin() {
        status = number(9); // behind "HTTP/1.1 "
        int at = find(LENGTH);
        if (at < 0) {
            throw new IllegalStateException("an answer with status %d has no Content-Length".formatted(status));
        }
        bodyLeft = number(at);
        inBody = true;
    }

    private int number(int from) {
        int at = from;
        while (head[at] == ' ') {
            at++;
        }
        int number = 0;
        for (; head[at] >= '0' && head[at] <= '9'; at++) {
            number = 10 * number + head[at] - '0';
        }
        return number;
    }

    /// Where these lower-case characters end in the head, whatever the case of those there; -1 where they are not.
    private int find(byte[] wanted) {
        for (int start = 0; start + wanted.length < length; start++) {
            if (head[start] == '\r' && matches(start, wanted)) {
                return start + wanted.length;
            }
        }
        return -1;
    }

    private boolean matches(int start, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            byte is = head[start + i];
            if ((is >= 'A' && is <= 'Z' ? is + ('a' - 'A') : is) != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
