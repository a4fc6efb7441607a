package io.covenant.locks.namespace;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// An act of an operator, in a chain: it carries the hash of the entry before and, over that and all that it says
/// itself, its own.
///
/// @param number   counted from 1 without gaps
/// @param previous hash of the entry before; [#BEGINNING] for the first
/// @param stamp    epoch and log index
/// @param name     what it was done to
/// @param former   sessions that held the name, the first of them when they were many
/// @param hash     SHA-256 of [#said], in hexadecimal digits
public record AuditEntry(
        long number,
        String previous,
        long stamp,
        long timeMillis,
        OperatorAct act,
        String name,
        String by,
        String reason,
        List<Long> former,
        String hash) {

    /// In the place of the hash of the entry before the first.
    public static final String BEGINNING = "0".repeat(64);

    public AuditEntry {
        former = List.copyOf(former);
    }

    /// The entry that comes next in this audit.
    static AuditEntry after(
            List<AuditEntry> audit,
            long stamp,
            long timeMillis,
            OperatorAct act,
            String name,
            String by,
            String reason,
            List<Long> former) {
        long number = audit.isEmpty() ? 1 : audit.getLast().number + 1;
        var previous = audit.isEmpty() ? BEGINNING : audit.getLast().hash;
        var open = new AuditEntry(number, previous, stamp, timeMillis, act, name, by, reason, former, "");
        return new AuditEntry(number, previous, stamp, timeMillis, act, name, by, reason, former, sha256(open.said()));
    }

    /// All that it says but its own hash: its components in their order, the sessions joined by commas, each as a
    /// [netstring](https://cr.yp.to/proto/netstrings.txt), so that no two entries read alike.
    public String said() {
        return Stream.of(
                        Long.toString(number),
                        previous,
                        Long.toUnsignedString(stamp),
                        Long.toString(timeMillis),
                        act.name(),
                        name,
                        by,
                        reason,
                        former.stream().map(Long::toUnsignedString).collect(Collectors.joining(",")))
                .map(text -> text.getBytes(StandardCharsets.UTF_8).length + ":" + text + ",")
                .collect(Collectors.joining());
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
