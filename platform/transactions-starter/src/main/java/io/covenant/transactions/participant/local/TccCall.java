package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.OutcomeInquirer;
import io.covenant.transactions.participant.ReservationGoneException;
import io.covenant.transactions.participant.WorkFailure;
import io.covenant.transactions.participant.local.BarrierRows.Patience;
import io.covenant.transactions.participant.local.BarrierRows.Row;
import io.covenant.transactions.participant.local.BarrierRows.Seen;
import io.covenant.transactions.participant.local.BarrierRows.Work;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.TccParticipant;
import io.covenant.transactions.tcc.TccParticipant.Action;
import io.covenant.transactions.tcc.TccParticipant.Effect;
import io.covenant.transactions.tcc.TccParticipant.Evidence;
import io.covenant.transactions.tcc.TccParticipant.Input;
import io.covenant.transactions.tcc.TccParticipant.State;
import io.covenant.transactions.tcc.TryAnswer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request about a reservation: each effect of the core is one method over JDBC.
final class TccCall implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TccCall.class);
    private static final TccParticipant PROTOCOL = new TccParticipant();
    private static final Seen NOTHING_SEEN = new Seen(null, null, null);
    private static final Duration LEAST_TIME = Duration.ofMillis(250);

    private final Branch branch;
    private final TryWork trying;
    private final SettlingWork settling;
    private final OutcomeInquirer coordinators;
    private final Surroundings around;
    private final LocalTransaction transaction;
    private final Duration holds;

    private Seen seen = NOTHING_SEEN;
    private Decision told = Decision.ABORT;
    private String reason = "the database did not answer";
    private String gone = "";
    private boolean ongoing;

    private TccCall(
            Branch branch, TryWork trying, SettlingWork settling, OutcomeInquirer coordinators, Surroundings around) {
        this.branch = branch;
        this.trying = trying;
        this.settling = settling;
        this.coordinators = coordinators;
        this.around = around;
        this.transaction = new LocalTransaction(branch, around.transactions());
        var most = around.limits().holds();
        this.holds = most.compareTo(branch.timeLeft()) > 0 ? most : branch.timeLeft();
    }

    static TccCall trying(Branch branch, TryWork work, Surroundings around) {
        return new TccCall(
                branch,
                work,
                (operation, decision) -> {
                    throw new IllegalStateException("a try settles nothing");
                },
                _ -> new OutcomeInquirer.Answer.Silent("a try asks nobody"),
                around);
    }

    static TccCall settling(BranchId branch, SettlingWork work, OutcomeInquirer coordinators, Surroundings around) {
        return new TccCall(
                Branch.of(branch, "settle", around.limits().work()),
                _ -> {
                    throw new IllegalStateException("a settlement tries nothing");
                },
                work,
                coordinators,
                around);
    }

    LocalAnswer<TryAnswer> reserve() {
        return switch (run(new Input.TryAsked())) {
            case Effect.Reserve _ -> new LocalAnswer.Given<>(new TryAnswer.Reserved(holds));
            case Effect.Nothing _ -> new LocalAnswer.Given<>(new TryAnswer.Nothing());
            case Effect.Refuse(var refusal) -> new LocalAnswer.Given<>(new TryAnswer.Refused(refusal));
            case Effect.AskAgain _ -> new LocalAnswer.AskAgain<>(ongoing, reason);
            case Effect other -> throw new IllegalStateException("no reply to a try: " + other);
        };
    }

    LocalAnswer<Settlement> settle(Decision decision) {
        told = decision;
        return settled(run(new Input.Told(decision)));
    }

    LocalAnswer<Settlement> heldLongEnough() {
        return settled(run(new Input.HeldLongEnough()));
    }

    private LocalAnswer<Settlement> settled(Effect reply) {
        return switch (reply) {
            case Effect.Settle(var settlement) -> {
                if (settlement instanceof Settlement.Hazard(var finding)) {
                    hazard(finding);
                }
                yield new LocalAnswer.Given<>(settlement);
            }
            case Effect.AskAgain _ -> new LocalAnswer.AskAgain<>(ongoing, reason);
            case Effect other -> throw new IllegalStateException("no reply to a decision: " + other);
        };
    }

    /// @return the reply
    private Effect run(Input first) {
        State state = new State.Idle();
        var input = first;
        while (true) {
            var step = PROTOCOL.on(state, input);
            state = step.next();
            Input next = null;
            for (var effect : step.effects()) {
                switch (effect) {
                    case Effect.Enter(var action) -> next = enter(action);
                    case Effect.Work(var action) -> next = work(action);
                    case Effect.Fence _ -> next = commit();
                    case Effect.Leave _ -> transaction.rollBack();
                    case Effect.Inquire _ -> next = inquire();
                    case Effect.Reserve _, Effect.Nothing _, Effect.Refuse _, Effect.Settle _, Effect.AskAgain _ -> {
                        return effect;
                    }
                }
            }
            input = Objects.requireNonNull(next, "an effect that leads on");
        }
    }

    private Input enter(Action action) {
        try {
            transaction.begin();
            return new Input.Found(evidence(action));
        } catch (SQLException e) {
            transaction.rollBack();
            if (Surroundings.isTaken(e)) {
                ongoing = true;
                reason = "the branch is still being worked on";
                return new Input.Found(Evidence.RUNNING);
            }
            return lost(e);
        } catch (RuntimeException e) {
            transaction.rollBack();
            return lost(e);
        }
    }

    private Evidence evidence(Action action) throws SQLException {
        return transaction.run(connection -> switch (action) {
            case TRY -> {
                boolean mine = BarrierRows.insertWork(
                        connection,
                        branch,
                        Work.WORK,
                        holds,
                        new Patience(around.limits().lock(), timeToTry()));
                yield evidenceOf(mine ? NOTHING_SEEN : BarrierRows.look(connection, branch.id()));
            }
            case CONFIRM -> {
                var mine = EnumSet.noneOf(Row.class);
                if (BarrierRows.insertConfirm(connection, branch.id(), patience())) {
                    mine.add(Row.END);
                }
                yield evidenceOf(BarrierRows.look(connection, branch.id()).without(mine));
            }
            case CANCEL -> {
                var mine = BarrierRows.insertFenceAndCancel(connection, branch.id(), patience());
                yield evidenceOf(BarrierRows.look(connection, branch.id()).without(mine));
            }
        });
    }

    /// A request that comes late still finds out what an earlier one has done.
    private Duration timeToTry() {
        var left = branch.timeLeft();
        return left.compareTo(LEAST_TIME) > 0 ? left : LEAST_TIME;
    }

    private Patience patience() {
        return new Patience(around.limits().lock(), around.limits().work());
    }

    private Evidence evidenceOf(Seen rows) {
        seen = rows;
        return switch (rows.end()) {
            case CONFIRM -> Evidence.CONFIRMED;
            case CANCEL -> rows.work() == Work.WORK ? Evidence.CANCELLED : Evidence.FENCED;
            case null ->
                switch (rows.work()) {
                    case WORK, ACCEPTED, REJECTED -> Evidence.TRIED;
                    case FENCE -> Evidence.FENCED;
                    case null -> around.memory().isOlder(branch.id()) ? Evidence.FORGOTTEN : Evidence.NONE;
                };
        };
    }

    private Input work(Action action) {
        around.crashPoints().hit(CrashPoint.C3_BARRIER_INSERTED);
        try {
            boolean anything = branch.work(() -> perform(action));
            if (!anything) {
                transaction.rollBack();
                return new Input.NothingToDo();
            }
        } catch (Thrown thrown) {
            transaction.rollBack();
            var failure = Objects.requireNonNull(thrown.getCause());
            if (failure instanceof ReservationGoneException e && action == Action.CONFIRM) {
                gone = String.valueOf(e.getMessage());
                return new Input.ReservationGone();
            }
            return failed(action, failure);
        }
        around.crashPoints().hit(CrashPoint.C2_BRANCH_EXECUTED);
        return commit();
    }

    /// Every exception goes wrapped, to pass through the scope that says which branch this is.
    private boolean perform(Action action) {
        try {
            return switch (action) {
                case TRY -> {
                    branch.refuseWhenLate();
                    yield trying.run(branch);
                }
                case CONFIRM, CANCEL -> {
                    transaction.run(connection -> {
                        BarrierRows.endWork(connection, branch.id());
                        return true;
                    });
                    var operation = Objects.requireNonNull(seen.operation(), "what was reserved has an operation");
                    settling.of(operation, told).run(new Branch(branch.id(), operation, branch.deadlineNanos()));
                    yield true;
                }
            };
        } catch (Throwable e) {
            throw new Thrown(e);
        }
    }

    private Input commit() {
        try {
            transaction.commit();
        } catch (RuntimeException e) {
            return failed(Action.TRY, e);
        }
        around.crashPoints().hit(CrashPoint.C9_COMMITTED_BEFORE_ACK);
        return new Input.Committed();
    }

    private Input failed(Action action, Throwable failure) {
        return switch (WorkFailure.of(failure, branch, false)) {
            case WorkFailure.Refused(var refusal) -> {
                reason = refusal.detail();
                if (action != Action.TRY) {
                    LOG.warn("{} cannot {} yet: {}", branch.id(), action, refusal.detail());
                }
                yield new Input.Refused(refusal);
            }
            case WorkFailure.Fault(var refusal) -> {
                reason = refusal.detail();
                LOG.error("{} {} {} failed", branch.id(), action, branch.operation(), failure);
                yield new Input.Refused(refusal);
            }
            case WorkFailure.Lost _ -> lost(failure);
        };
    }

    private Input inquire() {
        return switch (coordinators.outcomeOf(branch.id())) {
            case OutcomeInquirer.Answer.Decided(var decision) -> {
                told = decision;
                yield new Input.Told(decision);
            }
            case OutcomeInquirer.Answer.Undecided _ -> {
                reason = "the transaction is undecided";
                yield new Input.Lost();
            }
            // Only said of what is prepared under Paxos Commit.
            case OutcomeInquirer.Answer.Forgotten _ -> {
                reason = "its transaction is forgotten";
                yield new Input.Lost();
            }
            case OutcomeInquirer.Answer.Silent(var why) -> {
                reason = "no coordinator tells its outcome: " + why;
                yield new Input.Lost();
            }
        };
    }

    private Input lost(Throwable failure) {
        reason = String.valueOf(failure.getMessage());
        LOG.warn("{} {}: the database did not answer: {}", branch.id(), branch.operation(), reason);
        return new Input.Lost();
    }

    private void hazard(Settlement.Finding finding) {
        switch (finding) {
            case NEVER_TRIED, CANCELLED, CONFIRMED -> around.hazard(branch.id(), told, Findings.detailOf(finding));
            case RESERVATION_GONE ->
                around.hazard(branch.id(), told, "%s: %s".formatted(Findings.detailOf(finding), gone));
            // A late duplicate, perhaps, that nobody waits for.
            case FORGOTTEN -> LOG.warn("{}: {}", branch.id(), Findings.detailOf(finding));
        }
    }

    @Override
    public void close() {
        transaction.close();
    }
}
