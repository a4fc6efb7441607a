package io.covenant.transactions;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/// One branch of one attempt of a transaction: the unit that votes, is sealed by the decision, and commits
/// or aborts.
///
/// Its [gid][#gid()] also names the prepared transaction in the participant's PostgreSQL. Such names share
/// one space per server, not per database, so the branch name has to tell the service.
///
/// @param name 1 to 40 characters of `a-z0-9-`
public record BranchId(TransactionId transaction, Attempt attempt, String name) implements Comparable<BranchId> {

    /// What every gid begins with; a sweep of prepared transactions leaves all others alone.
    public static final String GID_PREFIX = "cov1:";

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
    private static final Pattern GID = Pattern.compile(
            GID_PREFIX + "(?<transaction>[0-9a-f-]{36}):(?<attempt>[0-9a-z]{1,13}):(?<name>[a-z0-9-]{1,40})");

    /// Of no meaning, but always the same; branches are compared often.
    private static final Comparator<BranchId> ORDER = Comparator.comparing(
                    (BranchId branch) -> branch.transaction().value())
            .thenComparingLong(branch -> branch.attempt().value())
            .thenComparing(BranchId::name);

    public BranchId {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a branch name has 1 to 40 characters of a-z, 0-9 and '-': " + name);
        }
    }

    /// The branch that a gid names, or nothing when the text is no gid of ours.
    public static Optional<BranchId> parse(String gid) {
        var matcher = GID.matcher(gid);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BranchId(
                    TransactionId.parse(matcher.group("transaction")),
                    Attempt.parse(matcher.group("attempt")),
                    matcher.group("name")));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    /// The global name, at most 96 bytes: PostgreSQL takes up to 199.
    public String gid() {
        return GID_PREFIX + transaction + ':' + attempt + ':' + name;
    }

    @Override
    public int compareTo(BranchId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return gid();
    }
}
