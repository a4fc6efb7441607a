package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.web.problem.Problem;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads who takes part in an attempt under three-phase commit.
final class Electorates {

    private static final Pattern TERM = Pattern.compile("[a-z0-9-]{1,40}");
    private static final int MOST = 1000;

    private Electorates() {}

    /// @param branch one of them
    /// @throws io.covenant.web.problem.ProblemException when it is none for this branch
    static SortedMap<String, String> of(BranchId branch, String field, Map<String, String> named) {
        boolean valid = named.size() <= MOST
                && named.containsKey(branch.name())
                && named.entrySet().stream().allMatch(entry -> isTerm(entry.getKey()) && isTerm(entry.getValue()));
        if (!valid) {
            throw Problem.ofField(
                            "invalid-value",
                            field,
                            "must name the service of each branch of the attempt, this branch included")
                    .asException();
        }
        return new TreeMap<>(named);
    }

    @SuppressWarnings("ConstantValue") // JSON may say null
    private static boolean isTerm(String text) {
        return text != null && TERM.matcher(text).matches();
    }
}
