package io.covenant.launcher.identity;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// The part of the distinguished encoding rules (X.690) that a certificate needs; the JDK reads certificates, but has
/// no public way to write one.
final class Der {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final int CONSTRUCTED_CONTEXT = 0xA0;
    private static final int PRIMITIVE_CONTEXT = 0x80;

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(0x30, join(parts));
    }

    static byte[] set(byte[] element) {
        return tagged(0x31, element);
    }

    static byte[] integer(BigInteger value) {
        return tagged(0x02, value.toByteArray());
    }

    static byte[] yes() {
        return tagged(0x01, new byte[] {(byte) 0xFF});
    }

    /// @param unused how many of the last bits do not count
    static byte[] bits(int unused, byte[] bits) {
        return tagged(0x03, join(new byte[] {(byte) unused}, bits));
    }

    static byte[] octets(byte[] octets) {
        return tagged(0x04, octets);
    }

    static byte[] text(String text) {
        return tagged(0x0C, text.getBytes(StandardCharsets.UTF_8));
    }

    /// In the form for any year, which certificates ask for from 2050 on, and for those before 2050 not at all.
    static byte[] time(Instant time) {
        String whole = TIME.format(time);
        return whole.compareTo("2050") < 0
                ? tagged(0x17, whole.substring(2).getBytes(StandardCharsets.US_ASCII))
                : tagged(0x18, whole.getBytes(StandardCharsets.US_ASCII));
    }

    /// An object identifier such as `2.5.4.3`.
    static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        var content = new ByteArrayOutputStream();
        content.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int arc = 2; arc < arcs.length; arc++) {
            int value = Integer.parseInt(arcs[arc]);
            for (int shift = 28; shift > 0; shift -= 7) {
                if (value >>> shift != 0) {
                    content.write(0x80 | (value >>> shift & 0x7F));
                }
            }
            content.write(value & 0x7F);
        }
        return tagged(0x06, content.toByteArray());
    }

    /// An element of a number that the surrounding structure gives it.
    static byte[] explicit(int number, byte[] element) {
        return tagged(CONSTRUCTED_CONTEXT | number, element);
    }

    /// Plain content under a number that the surrounding structure gives it.
    static byte[] implicit(int number, byte[] content) {
        return tagged(PRIMITIVE_CONTEXT | number, content);
    }

    private static byte[] tagged(int tag, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int leading = length[0] == 0 ? 1 : 0;
            out.write(0x80 | (length.length - leading));
            out.write(length, leading, length.length - leading);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
