package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Checks all that must be true of orders, stock and transactions, whatever was killed in between.
///
/// It may be done while orders are placed: what looks wrong is looked at again, and counts only if it stays wrong.
public final class Invariants {

    /// After this long nothing may be undecided, whatever happened before.
    public static final Duration RESOLVED_WITHIN = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final List<Check> checks;
    private final Duration settling;

    /// The invariants of one platform.
    ///
    /// @param databases superuser connections by the name of the database
    /// @param acknowledged what a client was last told about each order: CONFIRMED or CANCELLED
    public Invariants(Function<String, DataSource> databases, Map<UUID, String> acknowledged) {
        this(databases, acknowledged, RESOLVED_WITHIN.plusSeconds(1));
    }

    /// The same with another time for what looks wrong to become right.
    public Invariants(Function<String, DataSource> databases, Map<UUID, String> acknowledged, Duration settling) {
        DataSource orders = databases.apply("orders");
        DataSource inventory = databases.apply("inventory");
        Map<String, DataSource> participants = Map.of("orders", orders, "inventory", inventory);
        DataSource coordinator = databases.apply("coordinator");
        this.settling = settling;
        this.checks = List.of(
                new StockIsTheSumOfItsMovements(inventory),
                new OrdersAndStockAgree(orders, inventory),
                new CustomersOweWhatTheyOrdered(orders),
                new CreditLimitsHold(orders),
                new NoAcknowledgedOrderIsLost(orders, acknowledged),
                new NothingStaysPrepared(databases.apply("postgres"), RESOLVED_WITHIN),
                new NothingStaysHeld(coordinator, participants, RESOLVED_WITHIN),
                new NobodyWaitsForAnAnswer(orders, RESOLVED_WITHIN),
                new TransactionsEnd(coordinator, RESOLVED_WITHIN),
                new BranchesObeyTheRegister(coordinator, participants),
                new NoBranchIsAHazard(coordinator, participants));
    }

    /// Checks all of it.
    public List<Finding> check() throws InterruptedException {
        var findings = new LinkedHashMap<Check, Finding>();
        for (Check check : checks) {
            findings.put(check, look(check));
        }
        long end = System.nanoTime() + settling.toNanos();
        while (System.nanoTime() < end && !violated(findings).isEmpty()) {
            Thread.sleep(PAUSE);
            violated(findings).forEach(check -> findings.compute(check, (_, before) -> still(before, look(check))));
        }
        return List.copyOf(findings.values());
    }

    private static List<Check> violated(Map<Check, Finding> findings) {
        var violated = new ArrayList<Check>();
        findings.forEach((check, finding) -> {
            if (finding.verdict() == Finding.Verdict.VIOLATED) {
                violated.add(check);
            }
        });
        return violated;
    }

    private static Finding look(Check check) {
        try {
            Sight sight = check.look();
            var verdict = sight.violations().isEmpty() ? Finding.Verdict.OK : Finding.Verdict.VIOLATED;
            return new Finding(check.sentence(), verdict, sight.figures(), List.copyOf(sight.violations()));
        } catch (SQLException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            return new Finding(check.sentence(), Finding.Verdict.UNKNOWN, why, List.of());
        }
    }

    /// Only what was wrong before and is wrong now.
    private static Finding still(@Nullable Finding before, Finding now) {
        if (before == null || now.verdict() != Finding.Verdict.VIOLATED) {
            return now;
        }
        var earlier = Set.copyOf(before.violations());
        List<String> staying =
                now.violations().stream().filter(earlier::contains).toList();
        var verdict = staying.isEmpty() ? Finding.Verdict.OK : Finding.Verdict.VIOLATED;
        return new Finding(now.sentence(), verdict, now.figures(), staying);
    }
}
