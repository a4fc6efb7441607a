package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.participant.InParallel;
import io.covenant.transactions.participant.OutcomeInquirer;
import io.covenant.transactions.participant.OutcomeInquirer.Answer;
import io.covenant.transactions.participant.local.Reservations.Held;
import io.covenant.transactions.tcc.Settlement;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends reservations whose time is over and whose coordinator has not come back: asks the coordinators for the outcome.
///
/// No reservation ends because its time is over. Asking is safe at any time and by any number of instances: a
/// coordinator that knows of no decision after the deadline makes one before it answers.
final class ReservationSweep {

    private static final Logger LOG = LoggerFactory.getLogger(ReservationSweep.class);
    private static final int AT_ONCE = 500;

    private final Reservations reservations;
    private final LocalExecutor executor;
    private final SettlingWork work;
    private final OutcomeInquirer coordinators;
    private final InParallel parallel;
    private final LocalMetrics metrics;

    /// When to ask again about a branch whose transaction is undecided, on the clock of [System#nanoTime].
    private final ConcurrentMap<BranchId, Long> notBefore = new ConcurrentHashMap<>();

    ReservationSweep(
            Reservations reservations,
            LocalExecutor executor,
            SettlingWork work,
            OutcomeInquirer coordinators,
            InParallel parallel,
            LocalMetrics metrics) {
        this.reservations = reservations;
        this.executor = executor;
        this.work = work;
        this.coordinators = coordinators;
        this.parallel = parallel;
        this.metrics = metrics;
    }

    /// Looks once.
    void sweep() {
        var sum = reservations.sum();
        metrics.reserved(sum.count(), sum.oldestMillis());
        var held = reservations.heldLongEnough(AT_ONCE);
        notBefore.keySet().retainAll(held.stream().map(Held::id).collect(Collectors.toSet()));
        var due = held.stream().filter(this::isDue).toList();
        if (!due.isEmpty()) {
            parallel.map(due, this::resolve);
        }
    }

    private boolean isDue(Held branch) {
        var time = notBefore.get(branch.id());
        return time == null || System.nanoTime() - time >= 0;
    }

    private LocalAnswer<Settlement> resolve(Held held) {
        var answer = executor.heldLongEnough(held.id(), this::ask, work);
        switch (answer) {
            case LocalAnswer.Given(var settlement) ->
                LOG.info(
                        "{} was reserved for {} ms; settled as its coordinators say: {}",
                        held.id(),
                        held.age().toMillis(),
                        settlement);
            case LocalAnswer.AskAgain(var _, var reason) ->
                LOG.info("{} is reserved for {} ms: {}", held.id(), held.age().toMillis(), reason);
        }
        return answer;
    }

    private Answer ask(BranchId branch) {
        var answer = coordinators.outcomeOf(branch);
        switch (answer) {
            case Answer.Decided(var decision) ->
                metrics.swept(
                        switch (decision) {
                            case COMMIT -> "confirmed";
                            case ABORT -> "cancelled";
                        });
            case Answer.Undecided(var askAgainIn) -> {
                notBefore.put(branch, System.nanoTime() + askAgainIn.toNanos());
                metrics.swept("undecided");
            }
            case Answer.Silent _, Answer.Forgotten _ -> metrics.swept("unanswered");
        }
        return answer;
    }
}
