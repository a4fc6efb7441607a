package io.covenant.consensus.transport;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// The first words on a connection: which protocol, which cluster, from whom, to whom.
record Hello(int version, String cluster, String from, String to) {

    static final int VERSION = 1;

    private static final int MAGIC = 0x43565054; // CVPT
    private static final int LONGEST_REASON = 300;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}");

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name of up to 100 letters, digits and ._:- : " + name);
        }
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeShort(version);
        out.writeUTF(cluster);
        out.writeUTF(from);
        out.writeUTF(to);
        out.flush();
    }

    /// At most 200 KB are read, since that is as long as three names can claim to be; and nothing is read
    /// behind the first word that is wrong.
    static Hello read(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new RefusedException("does not speak this protocol");
        }
        var version = in.readUnsignedShort();
        if (version != VERSION) {
            throw new RefusedException("speaks version %d, this node speaks %d".formatted(version, VERSION));
        }
        return new Hello(version, name(in), name(in), name(in));
    }

    private static String name(DataInputStream in) throws IOException {
        var length = in.readUnsignedShort();
        if (length > 100) {
            throw new RefusedException("says a name of %d bytes".formatted(length));
        }
        var name = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
        if (!NAME.matcher(name).matches()) {
            throw new RefusedException("says a name that is none");
        }
        return name;
    }

    /// Answers a hello.
    static void answer(DataOutputStream out, String refusal) throws IOException {
        out.writeUTF(refusal.substring(0, Math.min(LONGEST_REASON, refusal.length())));
        out.flush();
    }

    /// @throws RefusedException when the answer is one
    static void readAnswer(DataInputStream in) throws IOException {
        var length = in.readUnsignedShort();
        if (length > 3 * LONGEST_REASON) {
            throw new RefusedException("answers the hello with %d bytes".formatted(length));
        }
        var refusal = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (!refusal.isEmpty()) {
            throw new RefusedException("refuses this node: " + refusal.replaceAll("\\p{Cntrl}", "?"));
        }
    }
}
