package io.covenant.simulation.history;

import io.covenant.simulation.history.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/// What is quick to check about locks.
public final class LockRules {

    private LockRules() {}

    /// No two holders of a lock at the same time, by the clocks of the holders themselves. One may begin at
    /// the very time at which another ends.
    public static List<Violation> oneHolderAtATime(Collection<Tenure> tenures) {
        var violations = new ArrayList<Violation>();
        var longest = new HashMap<String, Tenure>();
        tenures.stream()
                .filter(tenure -> tenure.from() < tenure.until())
                .sorted(Comparator.comparingLong(Tenure::from))
                .forEach(tenure -> {
                    var other = longest.get(tenure.lock());
                    if (other != null && tenure.from() < other.until()) {
                        violations.add(
                                new Violation(Rule.ONE_HOLDER_AT_A_TIME, "%s and %s overlap".formatted(other, tenure)));
                    }
                    longest.merge(tenure.lock(), tenure, BinaryOperator.maxBy(Comparator.comparingLong(Tenure::until)));
                });
        return violations;
    }

    /// Each token of a lock is granted once, and a grant that was asked for after another was answered
    /// carries the greater one.
    public static List<Violation> tokensRise(Collection<Grant> grants) {
        var violations = new ArrayList<Violation>();
        var owners = new HashMap<List<Object>, Grant>();
        for (var grant : grants) {
            var other = owners.putIfAbsent(List.of(grant.lock(), grant.token()), grant);
            if (other != null) {
                violations.add(new Violation(Rule.TOKENS_RISE, "%s and %s share a token".formatted(other, grant)));
            }
        }
        inversions(grants.stream().map(LockRules::numbered))
                .map(inversion -> new Violation(
                        Rule.TOKENS_RISE,
                        "%s was asked for after %s"
                                .formatted(
                                        inversion.later().about(),
                                        inversion.earlier().about())))
                .forEach(violations::add);
        return violations;
    }

    /// Who asked after somebody else was told to wait gets the lock after that one.
    public static List<Violation> firstComeFirstServed(Collection<Turn> turns) {
        return inversions(turns.stream().map(LockRules::numbered))
                .map(inversion -> new Violation(
                        Rule.FIRST_COME_FIRST_SERVED,
                        "%s overtook %s"
                                .formatted(
                                        inversion.later().about(),
                                        inversion.earlier().about())))
                .toList();
    }

    /// @param number what must rise from one to another that began after the one was over
    private record Numbered(String lock, long begun, long over, long number, Object about) {}

    private record Inversion(Numbered earlier, Numbered later) {}

    private static Numbered numbered(Grant grant) {
        return new Numbered(grant.lock(), grant.asked(), grant.granted(), grant.token(), grant);
    }

    private static Numbered numbered(Turn turn) {
        return new Numbered(
                turn.lock(), turn.asked(), turn.queued(), turn.token().orElse(Long.MAX_VALUE), turn);
    }

    /// For each that is out of order, with the greatest number that was over before it began.
    private static Stream<Inversion> inversions(Stream<Numbered> unsorted) {
        var byBeginning =
                unsorted.sorted(Comparator.comparingLong(Numbered::begun)).toList();
        var byEnd = byBeginning.stream()
                .sorted(Comparator.comparingLong(Numbered::over))
                .toList();
        var greatest = new HashMap<String, Numbered>();
        var inversions = new ArrayList<Inversion>();
        var over = 0;
        for (var next : byBeginning) {
            for (; byEnd.get(over).over() < next.begun(); over++) {
                greatest.merge(
                        byEnd.get(over).lock(),
                        byEnd.get(over),
                        BinaryOperator.maxBy(Comparator.comparingLong(Numbered::number)));
            }
            var before = greatest.get(next.lock());
            if (before != null && next.number() < before.number()) {
                inversions.add(new Inversion(before, next));
            }
        }
        return inversions.stream();
    }
}
