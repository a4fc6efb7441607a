package io.covenant.gateway.edge;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HexFormat;

/// Paths that mean the same to everybody who reads them.
///
/// The gateway matches the path as it was sent; a server behind it may decode, cut `;parameters` and resolve `..`
/// first, and so reach what no route leads to. Such paths are refused here.
final class PlainPath {

    /// What may stand in a path as it is.
    private static final BitSet PLAIN =
            bits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@/");

    /// What must not even stand in it encoded.
    private static final BitSet NEVER = bits("/\\.;%\u007f");

    private PlainPath() {}

    /// Whether nothing in this raw path can be read in two ways.
    static boolean isPlain(String path) {
        return path.startsWith("/") && hasPlainCharacters(path) && hasPlainSegments(path) && isText(path);
    }

    private static boolean hasPlainCharacters(String path) {
        int i = 0;
        while (i < path.length()) {
            if (path.charAt(i) == '%') {
                int value = decoded(path, i);
                if (value < ' ' || NEVER.get(value)) {
                    return false;
                }
                i += 3;
            } else if (PLAIN.get(path.charAt(i))) {
                i++;
            } else {
                return false;
            }
        }
        return true;
    }

    private static boolean hasPlainSegments(String path) {
        return !path.contains("//")
                && !path.contains("/./")
                && !path.contains("/../")
                && !path.endsWith("/.")
                && !path.endsWith("/..");
    }

    /// Whether what is encoded is UTF-8: others make of other bytes what they like.
    private static boolean isText(String plain) {
        if (plain.indexOf('%') < 0) {
            return true;
        }
        var bytes = ByteBuffer.allocate(plain.length());
        for (int i = 0; i < plain.length(); i++) {
            if (plain.charAt(i) == '%') {
                bytes.put((byte) decoded(plain, i));
                i += 2;
            } else {
                bytes.put((byte) plain.charAt(i));
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes.flip());
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }

    /// The byte that a percent sign stands for; -1 if it stands for none.
    private static int decoded(String path, int at) {
        int end = at + 3;
        return end <= path.length()
                        && HexFormat.isHexDigit(path.charAt(at + 1))
                        && HexFormat.isHexDigit(path.charAt(at + 2))
                ? HexFormat.fromHexDigits(path, at + 1, end)
                : -1;
    }

    private static BitSet bits(String characters) {
        var bits = new BitSet();
        characters.chars().forEach(bits::set);
        return bits;
    }
}
