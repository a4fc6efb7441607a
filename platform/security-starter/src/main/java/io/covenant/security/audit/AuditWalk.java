package io.covenant.security.audit;

import io.covenant.security.audit.AuditReport.Finding;
import io.covenant.security.audit.AuditReport.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Goes along the links of an audit, in the order of their numbers, and notes what does not fit.
public final class AuditWalk {

    private static final int MOST = 100;

    /// What the first row has for the one before.
    static final String BEGINNING = "0".repeat(64);

    private final String audit;
    private final List<Finding> findings = new ArrayList<>();
    private long entries;
    private long last;
    private String hash;

    /// A row of an audit.
    ///
    /// @param said all that the row says but its own hash
    public record Link(long number, String previous, String hash, String said) {}

    /// Of an audit from its first entry on.
    AuditWalk(String audit) {
        this(audit, 0, BEGINNING);
    }

    private AuditWalk(String audit, long last, String hash) {
        this.audit = audit;
        this.last = last;
        this.hash = hash;
    }

    /// Of an audit that forgets what is old.
    ///
    /// @param last     number of the entry before the first that is remembered, 0 if there was none
    /// @param previous its hash
    public static AuditWalk from(String audit, long last, String previous) {
        return new AuditWalk(audit, last, previous);
    }

    public void next(Link link) {
        entries++;
        if (!link.hash().equals(sha256(link.said()))) {
            note(link.number(), Kind.CHANGED, "it does not say what it said when it was added");
        }
        if (link.number() <= last) {
            note(link.number(), Kind.INSERTED, "there is another of this number");
            return;
        }
        if (link.number() > last + 1) {
            note(last + 1, Kind.REMOVED, missing(link.number() - last - 1));
        } else if (!link.previous().equals(hash)) {
            note(link.number(), Kind.UNLINKED, "it was added after another entry than the one before it");
        }
        last = link.number();
        hash = link.hash();
    }

    /// @param headNumber of the row that was added last, as it was kept aside
    public AuditReport end(long headNumber, String headHash) {
        if (last < headNumber) {
            note(last + 1, Kind.REMOVED, missing(headNumber - last));
        } else if (last > headNumber) {
            note(headNumber + 1, Kind.INSERTED, "nobody added it at the end");
        } else if (!hash.equals(headHash)) {
            note(last, Kind.UNLINKED, "another entry was the last");
        }
        return new AuditReport(audit, findings.isEmpty(), entries, last, hash, findings);
    }

    private static String missing(long count) {
        return count == 1 ? "it is missing" : "%d entries are missing".formatted(count);
    }

    private void note(long number, Kind kind, String detail) {
        if (findings.size() < MOST) {
            findings.add(new Finding(number, kind, detail));
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
