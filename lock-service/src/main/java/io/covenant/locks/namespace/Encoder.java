package io.covenant.locks.namespace;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes numbers, texts and lists as compact bytes, into memory or, a piece at a time, into a stream.
final class Encoder {

    private static final int PIECE = 8192;

    private final @Nullable OutputStream sink;
    private final CRC32C checksum = new CRC32C();
    private byte[] buffer;
    private int filled;

    Encoder() {
        sink = null;
        buffer = new byte[64];
    }

    /// @param sink is written to without a buffer of its own being needed
    Encoder(OutputStream sink) {
        this.sink = sink;
        buffer = new byte[PIECE];
    }

    void flag(boolean set) {
        octet(set ? 1 : 0);
    }

    void octet(int value) {
        reserve(1);
        buffer[filled++] = (byte) value;
    }

    /// Seven bits a byte, the low ones first: small numbers take few bytes, negative ones ten.
    void number(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[filled++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        buffer[filled++] = (byte) rest;
    }

    /// By its place among the constants, which therefore keep their order; new ones come last.
    @SuppressWarnings("EnumOrdinal")
    void oneOf(Enum<?> constant) {
        octet(constant.ordinal());
    }

    void text(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void bytes(byte[] bytes) {
        number(bytes.length);
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, filled, bytes.length);
        filled += bytes.length;
    }

    <T> void list(List<T> items, Consumer<? super T> item) {
        number(items.size());
        items.forEach(item);
    }

    /// What was written into memory.
    byte[] toBytes() {
        return Arrays.copyOf(buffer, filled);
    }

    /// Ends a stream with the checksum of all that went before.
    void finish() {
        drain();
        long sum = checksum.getValue();
        for (int i = 0; i < 4; i++) {
            octet((int) (sum >>> (8 * i)));
        }
        drain();
    }

    private void reserve(int more) {
        if (buffer.length - filled < more) {
            if (sink != null) {
                drain();
            }
            if (buffer.length - filled < more) {
                buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, filled + more));
            }
        }
    }

    private void drain() {
        if (sink != null) {
            try {
                checksum.update(buffer, 0, filled);
                sink.write(buffer, 0, filled);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            filled = 0;
        }
    }
}
