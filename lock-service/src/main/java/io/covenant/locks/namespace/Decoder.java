package io.covenant.locks.namespace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads what an [Encoder] wrote, and believes nothing: lengths are bounded before memory is taken for them.
final class Decoder {

    private static final int PIECE = 8192;

    private final @Nullable InputStream source;
    private final CRC32C checksum = new CRC32C();
    private final byte[] buffer;
    private int position;
    private int filled;

    Decoder(byte[] bytes) {
        source = null;
        buffer = bytes;
        filled = bytes.length;
    }

    /// @param source is read in large pieces, and beyond what is asked for
    Decoder(InputStream source) {
        this.source = source;
        buffer = new byte[PIECE];
    }

    /// Reads one item of a list.
    interface Item<T> {
        T read() throws IOException;
    }

    boolean flag() throws IOException {
        int octet = octet();
        if (octet > 1) {
            throw new MalformedException("neither yes nor no: " + octet);
        }
        return octet == 1;
    }

    int octet() throws IOException {
        if (position == filled) {
            refill();
        }
        return buffer[position++] & 0xff;
    }

    private void refill() throws IOException {
        if (!more()) {
            throw new MalformedException("ends too early");
        }
    }

    /// Reads on when all that was read is used.
    private boolean more() throws IOException {
        if (position < filled) {
            return true;
        }
        if (source == null) {
            return false;
        }
        checksum.update(buffer, 0, filled);
        position = 0;
        filled = Math.max(0, source.read(buffer));
        return filled > 0;
    }

    long number() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int octet = octet();
            value |= (octet & 0x7fL) << shift;
            if (octet < 0x80) {
                if ((octet == 0 && shift > 0) || (shift == 63 && octet > 1)) {
                    throw new MalformedException("a number in more bytes than it takes");
                }
                return value;
            }
        }
        throw new MalformedException("a number without an end");
    }

    /// A number from 0 to this one.
    int size(int most) throws IOException {
        long size = number();
        if (size < 0 || size > most) {
            throw new MalformedException(size + " where at most " + most + " are allowed");
        }
        return (int) size;
    }

    String text(int mostBytes) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(mostBytes)))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new MalformedException("a text that is not UTF-8");
        }
    }

    byte[] bytes(int most) throws IOException {
        int size = size(most);
        byte[] bytes = new byte[size];
        for (int read = 0; read < size; ) {
            if (position == filled) {
                refill();
            }
            int part = Math.min(size - read, filled - position);
            System.arraycopy(buffer, position, bytes, read, part);
            position += part;
            read += part;
        }
        return bytes;
    }

    <T> List<T> list(int most, Item<T> item) throws IOException {
        int size = size(most);
        var items = new ArrayList<T>(Math.min(size, 64));
        for (int i = 0; i < size; i++) {
            items.add(item.read());
        }
        return items;
    }

    <E extends Enum<E>> E oneOf(E[] constants) throws IOException {
        return constants[size(constants.length - 1)];
    }

    void requireEnd() throws IOException {
        if (more()) {
            throw new MalformedException("goes on after its end");
        }
    }

    /// The checksum of all that was read comes next.
    void requireChecksum() throws IOException {
        checksum.update(buffer, 0, position);
        long expected = checksum.getValue();
        long found = 0;
        for (int i = 0; i < 4; i++) {
            found |= (long) octet() << (8 * i);
        }
        if (found != expected) {
            throw new MalformedException("a checksum that does not match");
        }
    }
}
