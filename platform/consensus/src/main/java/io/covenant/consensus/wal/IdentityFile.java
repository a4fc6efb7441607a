package io.covenant.consensus.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// The file that says whose directory it is, as text that people can read.
///
/// @param salt    drawn when the log was made
/// @param created whether the first segment was durable when this was written; from then on a directory
///                without segments has lost them
record IdentityFile(Identity identity, long salt, boolean created) {

    static final String NAME = "identity";

    private static final String NEXT = "identity.tmp";
    private static final int LARGEST = 1024;
    private static final Pattern TEXT = Pattern.compile(
            "covenant log 1\ngroup (?<group>\\S+)\nnode (?<node>\\S+)\nsalt (?<salt>[0-9a-f]{1,16})\ncreated (?<created>true|false)\n");
    private static final Pattern WHOLE = Pattern.compile("(?<text>.*\n)crc (?<crc>[0-9a-f]{1,8})\n", Pattern.DOTALL);

    static Optional<IdentityFile> read(Storage storage) throws IOException {
        if (!storage.list().contains(NAME)) {
            return Optional.empty();
        }
        var bytes = ByteBuffer.allocate(LARGEST);
        try (var file = storage.open(NAME)) {
            file.read(bytes, 0);
        }
        var whole = WHOLE.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII));
        if (!whole.matches() || Integer.parseUnsignedInt(whole.group("crc"), 16) != crc(whole.group("text"))) {
            throw damaged(storage);
        }
        var text = TEXT.matcher(whole.group("text"));
        if (!text.matches()) {
            throw damaged(storage);
        }
        return Optional.of(new IdentityFile(
                new Identity(text.group("group"), text.group("node")),
                Long.parseUnsignedLong(text.group("salt"), 16),
                Boolean.parseBoolean(text.group("created"))));
    }

    private static DamagedException damaged(Storage storage) {
        return new DamagedException(
                "%s is damaged: restore it from a copy, or remove the node from its group and add it anew with an empty directory"
                        .formatted(storage.describe(NAME)));
    }

    /// Durable when it returns.
    void write(Storage storage) throws IOException {
        var text = "covenant log 1\ngroup %s\nnode %s\nsalt %x\ncreated %s\n"
                .formatted(identity.group(), identity.node(), salt, created);
        var whole = text + "crc %x\n".formatted(crc(text));
        if (storage.list().contains(NEXT)) {
            storage.delete(NEXT);
        }
        try (var file = storage.create(NEXT)) {
            file.write(ByteBuffer.wrap(whole.getBytes(StandardCharsets.US_ASCII)), 0);
            file.force(true);
        }
        storage.rename(NEXT, NAME);
        storage.force();
    }

    private static int crc(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return (int) crc.getValue();
    }
}
