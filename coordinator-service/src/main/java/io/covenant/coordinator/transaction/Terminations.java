package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.CoordinatorsSite.Known;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.ThreePhaseInquiry;
import io.covenant.transactions.threephase.ThreePhaseInquiry.Answer;
import io.covenant.transactions.threephase.TimeOutRule;
import io.covenant.transactions.wire.OutcomeReply;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers participants that hold a prepared branch of a three-phase commit and have heard no decision; and
/// stands for election on their behalf, also where nothing is known of the attempt, and while the database is
/// away.
final class Terminations {

    private static final Logger LOG = LoggerFactory.getLogger(Terminations.class);

    /// An election takes a few round trips.
    private static final Duration SOON = Duration.ofMillis(500);

    private record Key(TransactionId id, Attempt attempt) {}

    private final Surroundings around;
    private final TimeOutRule timeOuts;
    private final Incarnation self;
    private final Function<TransactionId, @Nullable Drive> live;
    private final int most;
    private final Map<Key, ThreePhaseDriver> underWay = new ConcurrentHashMap<>();

    /// @param live what is driven here anyway
    /// @param most so many terminations at a time
    Terminations(
            Surroundings around,
            TimeOutRule timeOuts,
            Incarnation self,
            Function<TransactionId, @Nullable Drive> live,
            int most) {
        this.around = around;
        this.timeOuts = timeOuts;
        this.self = self;
        this.live = live;
        this.most = most;
    }

    /// What is to be done for a participant; a termination that it takes is under way by then.
    ///
    /// @param electorate every branch of the attempt with its service
    /// @return empty for a transaction under another protocol
    Optional<Answer> ask(BranchId branch, SortedMap<String, String> electorate) {
        var here = driveOf(branch);
        if (here.isPresent()) {
            return here.map(ThreePhaseDriver::outcome).map(Terminations::answer);
        }
        var known = Known.NOTHING;
        var stored = Optional.<StoredTransaction>empty();
        try {
            known = around.store().site().read(branch.transaction(), branch.attempt());
            stored = ours(around.store().find(branch.transaction()), branch.attempt());
        } catch (StoreUnavailableException e) {
            LOG.debug("{} is terminated without the coordinators' database", branch, e);
        }
        if (stored.isPresent() && stored.get().begin().protocol() != CommitProtocol.THREE_PHASE) {
            return Optional.empty();
        }
        var begin = stored.map(StoredTransaction::begin);
        var answer = ThreePhaseInquiry.answer(known.standing(), begin.map(Begin::deadline), now());
        if (answer instanceof Answer.Terminate) {
            terminate(begin.orElseGet(() -> begin(branch, electorate)));
            return Optional.of(answer(Optional.empty()));
        }
        return Optional.of(answer);
    }

    private static Answer answer(Optional<Outcome> outcome) {
        return outcome.<Answer>map(Answer.Decided::new).orElseGet(() -> new Answer.Undecided(SOON));
    }

    private Optional<ThreePhaseDriver> driveOf(BranchId branch) {
        if (live.apply(branch.transaction()) instanceof ThreePhaseDriver drive
                && drive.begin().attempt().equals(branch.attempt())) {
            return Optional.of(drive);
        }
        return Optional.ofNullable(underWay.get(new Key(branch.transaction(), branch.attempt())));
    }

    private static Optional<StoredTransaction> ours(Optional<StoredTransaction> stored, Attempt attempt) {
        return stored.filter(found -> found.begin().attempt().equals(attempt));
    }

    private void terminate(Begin begin) {
        if (underWay.size() >= most) {
            return; // it will be asked again
        }
        var key = new Key(begin.id(), begin.attempt());
        var drive = ThreePhaseDriver.asked(begin, around, timeOuts, over -> underWay.remove(key, over));
        if (underWay.putIfAbsent(key, drive) == null) {
            LOG.info("{} {} is terminated for a participant", begin.id(), begin.attempt());
            drive.takeOver();
        }
    }

    /// All that a participant can tell of the begin record.
    private Begin begin(BranchId branch, SortedMap<String, String> electorate) {
        var now = now().truncatedTo(ChronoUnit.MICROS);
        return new Begin(
                branch.transaction(),
                branch.attempt(),
                "unknown",
                CommitProtocol.THREE_PHASE,
                "unknown",
                electorate.entrySet().stream()
                        .map(one -> new Begin.BranchSpec(one.getKey(), one.getValue(), "unknown"))
                        .toList(),
                now,
                now,
                self,
                0);
    }

    private Instant now() {
        return around.clock().instant();
    }

    // ---- asked by others

    /// Whether an attempt is under three-phase commit, as far as the store knows. Then no tombstone is put up
    /// for it: a quorum that the store has not heard of may have committed it.
    boolean concern(Optional<StoredTransaction> stored, TransactionId id, Attempt attempt) {
        var ours = ours(stored, attempt);
        return ours.isPresent()
                ? ours.get().begin().protocol() == CommitProtocol.THREE_PHASE
                : !around.store().site().read(id, attempt).standing().equals(Known.NOTHING.standing());
    }

    /// Tells what became of an attempt that these [concern][#concern], or of one of its branches; starts what
    /// it takes to know it.
    OutcomeReply outcome(
            Optional<StoredTransaction> stored, TransactionId id, Attempt attempt, Optional<BranchId> asking) {
        var branch = asking.orElseGet(() -> new BranchId(id, attempt, "-"));
        var decided = outcomeOf(branch);
        if (decided.isPresent()) {
            var decision = asking.isPresent()
                    ? decided.get().decisionFor(branch)
                    : decided.get().decision();
            return decided(decision);
        }
        var ours = ours(stored, attempt);
        if (asking.isEmpty() && stored.isPresent() && stored.get().decision() != null) {
            return decided(stored.get().decision());
        }
        if (ours.isEmpty()) {
            return undecided(SOON);
        }
        var left = Duration.between(now(), ours.get().begin().deadline());
        if (left.isPositive()) {
            return undecided(left);
        }
        if (driveOf(branch).isEmpty()) {
            terminate(ours.get().begin());
        }
        return undecided(SOON);
    }

    /// What became of the attempt of this branch, as far as it is known here.
    Optional<Outcome> outcomeOf(BranchId branch) {
        return driveOf(branch)
                .flatMap(ThreePhaseDriver::outcome)
                .or(() -> around.store()
                        .site()
                        .read(branch.transaction(), branch.attempt())
                        .standing()
                        .decided());
    }

    private static OutcomeReply decided(Decision decision) {
        return new OutcomeReply(View.outcome(decision), null);
    }

    private static OutcomeReply undecided(Duration askAgainIn) {
        return new OutcomeReply(OutcomeReply.Outcome.UNDECIDED, Math.max(1, askAgainIn.toMillis()));
    }
}
