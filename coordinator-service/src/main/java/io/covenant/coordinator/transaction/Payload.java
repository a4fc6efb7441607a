package io.covenant.coordinator.transaction;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// A branch's input: JSON that the coordinator passes on byte by byte and never looks into.
public final class Payload {

    private final byte[] bytes;
    private final int from;
    private final int length;

    private Payload(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    public static Payload of(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new Payload(bytes, 0, bytes.length);
    }

    /// A part of a larger document, which must not be changed from here on.
    ///
    /// @param to the first byte behind the payload
    public static Payload within(byte[] document, int from, int to) {
        if (from < 0 || from > to || to > document.length) {
            throw new IndexOutOfBoundsException("from %d to %d of %d".formatted(from, to, document.length));
        }
        return new Payload(document, from, to - from);
    }

    public int length() {
        return length;
    }

    public void writeTo(ByteArrayOutputStream out) {
        out.write(bytes, from, length);
    }

    void update(MessageDigest digest) {
        digest.update(bytes, from, length);
    }

    /// The JSON text.
    @Override
    public String toString() {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
}
