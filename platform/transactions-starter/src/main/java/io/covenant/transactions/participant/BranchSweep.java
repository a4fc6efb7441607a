package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.PreparedTransactions.Held;
import java.time.Duration;
import java.util.HashSet;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finishes branches whose coordinator has not come back: looks at what the database holds prepared, and asks the
/// coordinators for the outcome.
///
/// Asking is safe at any time and by any number of instances: a coordinator that knows of no decision after the
/// deadline makes one before it answers; under three-phase commit it stands for election.
final class BranchSweep {

    private static final Logger LOG = LoggerFactory.getLogger(BranchSweep.class);
    private static final Duration CALLBACKS_AFTER = Duration.ofSeconds(1);

    private final PreparedTransactions prepared;
    private final BranchExecutor executor;
    private final OutcomeInquirer coordinators;
    private final TerminationRequester terminations;
    private final InParallel parallel;
    private final BranchMetrics metrics;
    private final Duration minAge;

    /// When to ask again about a branch whose transaction is undecided, on the clock of [System#nanoTime].
    private final ConcurrentMap<BranchId, Long> notBefore = new ConcurrentHashMap<>();

    BranchSweep(
            PreparedTransactions prepared,
            BranchExecutor executor,
            OutcomeInquirer coordinators,
            TerminationRequester terminations,
            InParallel parallel,
            BranchMetrics metrics,
            Duration minAge) {
        this.prepared = prepared;
        this.executor = executor;
        this.coordinators = coordinators;
        this.terminations = terminations;
        this.parallel = parallel;
        this.metrics = metrics;
        this.minAge = minAge;
    }

    /// Looks once.
    void sweep() {
        var look = prepared.look();
        metrics.held(look);
        var held = new HashSet<BranchId>();
        look.ours().forEach(branch -> held.add(branch.id()));
        notBefore.keySet().retainAll(held);
        var orphans = look.ours().stream().filter(this::isDue).toList();
        if (!orphans.isEmpty()) {
            parallel.map(orphans, this::resolve);
        }
        executor.releaseFinishedElsewhere(held, CALLBACKS_AFTER);
        look.rehearsals().forEach(prepared::rollBackRehearsal);
    }

    private boolean isDue(Held branch) {
        var time = notBefore.get(branch.id());
        return branch.age().compareTo(minAge) >= 0 && (time == null || System.nanoTime() - time >= 0);
    }

    private boolean resolve(Held branch) {
        var electorate = executor.electorateOf(branch.id());
        if (electorate.isPresent()) {
            terminate(branch, electorate.get());
        } else {
            inquire(branch);
        }
        return true;
    }

    private void inquire(Held branch) {
        switch (coordinators.outcomeOf(branch.id())) {
            case OutcomeInquirer.Answer.Decided(var decision) ->
                finished(branch, decision, executor.finish(branch.id(), decision));
            case OutcomeInquirer.Answer.Undecided(var askAgainIn) -> undecided(branch, askAgainIn);
            case OutcomeInquirer.Answer.Forgotten _ -> finished(branch, Decision.ABORT, executor.release(branch.id()));
            case OutcomeInquirer.Answer.Silent(var reason) -> unanswered(branch, reason);
        }
    }

    private void terminate(Held branch, SortedMap<String, String> electorate) {
        var alone = executor.timedOut(branch.id());
        if (alone.isPresent()) {
            metrics.swept("alone");
            LOG.warn("{} was prepared for {} ms and was decided alone: {}", branch.id(), millis(branch), alone.get());
            return;
        }
        switch (terminations.terminate(branch.id(), electorate)) {
            case TerminationRequester.Answer.Decided(var outcome) ->
                finished(branch, outcome.decisionFor(branch.id()), executor.finish(branch.id(), outcome));
            case TerminationRequester.Answer.UnderWay(var askAgainIn) -> undecided(branch, askAgainIn);
            case TerminationRequester.Answer.Silent(var reason) -> unanswered(branch, reason);
        }
    }

    private void undecided(Held branch, Duration askAgainIn) {
        notBefore.put(branch.id(), System.nanoTime() + askAgainIn.toNanos());
        metrics.swept("undecided");
        LOG.info("{} is prepared for {} ms and undecided", branch.id(), millis(branch));
    }

    private void unanswered(Held branch, String reason) {
        metrics.swept("unanswered");
        LOG.warn(
                "{} is prepared for {} ms and no coordinator tells its outcome: {}",
                branch.id(),
                millis(branch),
                reason);
    }

    private void finished(Held branch, Decision decision, FinishAnswer answer) {
        metrics.swept(
                switch (decision) {
                    case COMMIT -> "committed";
                    case ABORT -> "aborted";
                });
        LOG.info(
                "{} was prepared for {} ms; its coordinators say {}: {}",
                branch.id(),
                millis(branch),
                decision,
                answer);
    }

    private static long millis(Held branch) {
        return branch.age().toMillis();
    }
}
