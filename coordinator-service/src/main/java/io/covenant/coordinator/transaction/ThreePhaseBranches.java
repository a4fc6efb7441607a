package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.Preparation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Participants.SiteAnswer;
import io.covenant.coordinator.transaction.Questions.Heard;
import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Vote;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The branches of one attempt under three-phase commit: has them prepare, asks their sites, tells them the outcome,
/// and feeds what they answer to the protocol. Guarded by the lock of the [ProtocolLoop].
final class ThreePhaseBranches {

    private static final Logger LOG = LoggerFactory.getLogger(ThreePhaseBranches.class);

    private final Surroundings around;
    private final ProtocolLoop<State, Input, Effect> protocol;
    private final Chronicle chronicle;
    private final @Nullable String requestId;
    private final boolean inTurn;
    private final Map<BranchId, BranchProgress> branches = new LinkedHashMap<>();
    /// What is asked or told at this moment: repeated only when it is answered, or is not.
    private final Set<Effect> underWay = new HashSet<>();

    private final Map<BranchId, Effect.Tell> untold = new HashMap<>(0);
    private final List<Effect.Tell> heldBack = new ArrayList<>(0);

    /// @param inTurn whether each is asked to prepare only when those before it have voted
    ThreePhaseBranches(
            Surroundings around,
            ProtocolLoop<State, Input, Effect> protocol,
            Chronicle chronicle,
            @Nullable String requestId,
            boolean inTurn) {
        this.around = around;
        this.protocol = protocol;
        this.chronicle = chronicle;
        this.requestId = requestId;
        this.inTurn = inTurn;
    }

    void plan(Begin begin, TransactionPlan plan) {
        for (var branch : plan.branches()) {
            var id = new BranchId(begin.id(), begin.attempt(), branch.name());
            branches.put(id, new BranchProgress(id, branch.service(), branch.operation(), branch.payload()));
        }
    }

    /// Somebody else began with them. They may have heard of it, all of them.
    void adopt(Begin begin, List<BranchStatus> statuses) {
        for (var spec : begin.branches()) {
            var branch = new BranchProgress(begin.idOf(spec), spec.service(), spec.operation(), null);
            branch.reached = true;
            branches.put(branch.id, branch);
        }
        for (var status : statuses) {
            var branch = branches.get(new BranchId(begin.id(), begin.attempt(), status.name()));
            if (branch != null) {
                branch.vote = status.vote();
                branch.refusal = status.refusal();
            }
        }
    }

    // ---- asking for votes

    void prepare(BranchId to) {
        var branch = branch(to);
        var payload = branch.payload;
        var timeLeft = chronicle.timeLeft();
        if (branch.asking || payload == null || !isItsTurn(branch) || !timeLeft.isPositive()) {
            return;
        }
        branch.asking = true;
        branch.tries++;
        if (branch.tries == 1) {
            chronicle.note(Event.PREPARE_SENT, branch, null);
        } else {
            around.listener().retried(CommitProtocol.THREE_PHASE, Retried.PREPARE);
        }
        var preparation = new Preparation(
                Asking.PREPARE,
                to,
                branch.service,
                branch.operation,
                "\"electorate\":" + Rows.JSON.writeValueAsString(services()) + ",",
                payload,
                timeLeft,
                timeLeft.compareTo(around.patience()) < 0 ? timeLeft : around.patience(),
                requestId);
        around.workers().execute(() -> answered(branch, prepared(preparation)));
    }

    private boolean isItsTurn(BranchProgress branch) {
        return !inTurn
                || branches.values().stream()
                        .takeWhile(earlier -> earlier != branch)
                        .allMatch(earlier -> earlier.vote != null);
    }

    private PrepareAnswer prepared(Preparation preparation) {
        try {
            return around.participants().prepare(preparation);
        } catch (RuntimeException e) {
            LOG.error("preparing {} failed in a way that nobody expected", preparation.branch(), e);
            return new PrepareAnswer.Unsettled(e.toString());
        }
    }

    private void answered(BranchProgress branch, PrepareAnswer answer) {
        locked(() -> {
            branch.asking = false;
            boolean awaited = protocol.state() instanceof State.Voting voting
                    && voting.awaiting().contains(branch.id);
            switch (answer) {
                case PrepareAnswer.Voted(var vote, var _) -> {
                    branch.reached = true;
                    if (awaited) {
                        voted(branch, vote);
                    }
                }
                case PrepareAnswer.NotSent(var reason) -> unanswered(branch, awaited, reason);
                case PrepareAnswer.Unsettled(var reason) -> {
                    branch.reached = true;
                    unanswered(branch, awaited, reason);
                }
            }
            tellUntold(branch);
        });
    }

    private void voted(BranchProgress branch, Vote vote) {
        branch.votes(vote);
        chronicle.note(Event.VOTED, branch, branch.vote == null ? null : branch.vote.name());
        protocol.feed(new Input.Voted(branch.id, vote));
        if (inTurn && protocol.state() instanceof State.Voting) {
            branches.values().stream()
                    .filter(other -> other.vote == null)
                    .findFirst()
                    .ifPresent(next -> prepare(next.id));
        }
    }

    private void unanswered(BranchProgress branch, boolean awaited, String reason) {
        if (awaited) {
            chronicle.note(Event.PREPARE_UNANSWERED, branch, Storable.text(reason));
            protocol.retryAfter(branch.tries);
        }
    }

    /// Nobody is to be asked to prepare any more.
    void dropPayloads() {
        branches.values().forEach(branch -> branch.payload = null);
    }

    // ---- asking the sites

    /// @param effect what the core asks for, with this request
    void ask(Effect effect, BranchId to, Request request) {
        var branch = branch(to);
        branch.reached = true;
        if (!underWay.add(effect)) {
            return;
        }
        around.questions().ask(branch.service, () -> {
            if (!isWanted(effect)) {
                return Heard.NOT_ASKED;
            }
            var answer = siteAnswer(branch, request);
            locked(() -> {
                underWay.remove(effect);
                said(new Site.Branch(to), answer);
            });
            return answer instanceof SiteAnswer.Said || around.teller().leavesInPeace(branch.service)
                    ? Heard.ANSWERED
                    : Heard.NOTHING;
        });
    }

    /// It has waited for its turn; meanwhile others may have been enough.
    private boolean isWanted(Effect effect) {
        protocol.lock();
        try {
            var state = protocol.state();
            boolean wanted = switch (effect) {
                case Effect.Elect(var _, var election) ->
                    state instanceof State.Electing electing && election.equals(electing.election());
                case Effect.Attempt(var _, var election, var _) ->
                    state instanceof State.Attempting attempting && election.equals(attempting.election());
                case Effect.Prepare _, Effect.Tell _, Effect.Answer _, Effect.Close _, Effect.End _ ->
                    throw new IllegalArgumentException("no question: " + effect);
            };
            if (!wanted) {
                underWay.remove(effect);
            }
            return wanted;
        } finally {
            protocol.unlock();
        }
    }

    private SiteAnswer siteAnswer(BranchProgress branch, Request request) {
        if (around.teller().leavesInPeace(branch.service)) {
            return new SiteAnswer.Silent("an operator has paused " + branch.service);
        }
        try {
            return around.participants().ask(branch.service, branch.id, request);
        } catch (RuntimeException e) {
            LOG.error("asking {} failed in a way that nobody expected", branch.id, e);
            return new SiteAnswer.Silent(e.toString());
        }
    }

    void askCoordinators(Effect effect, BranchId any, Request request) {
        send(
                effect,
                () -> {
                    try {
                        return new SiteAnswer.Said(
                                around.store().site().ask(any.transaction(), any.attempt(), request));
                    } catch (StoreUnavailableException e) {
                        return new SiteAnswer.Silent("the coordinators' database does not answer");
                    }
                },
                answer -> said(new Site.Coordinators(), answer));
    }

    private void said(Site site, SiteAnswer answer) {
        switch (answer) {
            case SiteAnswer.Said(var input) -> {
                if (input instanceof Input.Accepted) {
                    chronicle.note(Event.MOVED, branchAt(site), branchAt(site) == null ? site.toString() : null);
                }
                protocol.feed(input);
            }
            case SiteAnswer.Silent(var reason) -> silent(site, reason);
        }
    }

    private @Nullable BranchProgress branchAt(Site site) {
        return switch (site) {
            case Site.Branch(var id) -> branch(id);
            case Site.Coordinators _ -> null;
        };
    }

    private void silent(Site site, String reason) {
        around.listener().retried(CommitProtocol.THREE_PHASE, Retried.SITE);
        protocol.countTry();
        if (protocol.tries() <= branches.size() + 1) {
            chronicle.note(Event.UNCONFIRMED, branchAt(site), Storable.text(reason));
        }
        protocol.retryAfter(protocol.tries());
    }

    /// Does on a worker what may block, unless it is being done.
    <T> void send(Effect effect, Supplier<T> call, Consumer<T> then) {
        if (!underWay.add(effect)) {
            return;
        }
        around.workers().execute(() -> {
            T result;
            try {
                result = call.get();
            } catch (RuntimeException e) {
                LOG.error("{} failed in a way that nobody expected", effect, e);
                locked(() -> {
                    underWay.remove(effect);
                    protocol.countTry();
                    protocol.retryAfter(protocol.tries());
                });
                return;
            }
            locked(() -> {
                underWay.remove(effect);
                then.accept(result);
            });
        });
    }

    private void locked(Runnable action) {
        protocol.lock();
        try {
            action.run();
        } finally {
            protocol.unlock();
        }
    }

    // ---- telling

    /// The first of several is told alone where dying in between is to be tried.
    void tellAll(List<Effect.Tell> tells, boolean firstAlone) {
        if (firstAlone && tells.size() > 1) {
            heldBack.addAll(tells.subList(1, tells.size()));
            tell(tells.getFirst());
        } else {
            tells.forEach(this::tell);
        }
    }

    private void tell(Effect.Tell tell) {
        if (!(tell.to() instanceof Site.Branch(var id))) {
            throw new IllegalArgumentException("no branch: " + tell);
        }
        var branch = branch(id);
        var decision = tell.outcome().decisionFor(id);
        if (decision == Decision.ABORT && !branch.reached && !branch.asking) {
            // Nothing ever left for this branch, so there is nothing to undo.
            branch.state = BranchState.ABORTED;
            protocol.feed(new Input.Acked(tell.to(), Ack.DONE));
            return;
        }
        if (decision == Decision.ABORT && branch.asking && !branch.waited) {
            if (untold.put(id, tell) == null) {
                var _ = around.later(around.abortPatience(), () -> waitNoLonger(branch));
            }
            return;
        }
        if (!branch.told) {
            branch.told = true;
            chronicle.note(Event.TOLD, branch, decision.name());
        } else {
            around.listener().retried(CommitProtocol.THREE_PHASE, Retried.FINISH);
        }
        around.teller().tell(branch.service, id, tell.outcome(), new Teller.Listener() {
            @Override
            public void told(BranchId of, Settled answer) {
                locked(() -> answered(branch, tell.outcome(), answer));
            }

            @Override
            public void unheard(BranchId of, String reason) {
                locked(() -> notes(branch, reason));
            }
        });
    }

    private void waitNoLonger(BranchProgress branch) {
        locked(() -> {
            branch.waited = true;
            tellUntold(branch);
        });
    }

    private void tellUntold(BranchProgress branch) {
        var tell = untold.remove(branch.id);
        if (tell != null) {
            tell(tell);
        }
    }

    private void answered(BranchProgress branch, Outcome outcome, Settled answer) {
        confirmed(branch, outcome, answer);
        if (!heldBack.isEmpty()) {
            around.crashPoints().hit(CrashPoint.C8_ONE_BRANCH_TOLD);
            var others = List.copyOf(heldBack);
            heldBack.clear();
            others.forEach(this::tell);
        }
    }

    /// It is told again without anybody's doing.
    private void notes(BranchProgress branch, String reason) {
        branch.detail = Storable.text(reason);
        chronicle.note(Event.UNCONFIRMED, branch, branch.detail);
        around.listener().retried(CommitProtocol.THREE_PHASE, Retried.FINISH);
    }

    private void confirmed(BranchProgress branch, Outcome outcome, Settled result) {
        var site = new Site.Branch(branch.id);
        switch (result.result()) {
            case DONE -> {
                chronicle.note(Event.ACKNOWLEDGED, branch, null);
                branch.detail = null;
                branch.state = switch (outcome.decision()) {
                    case ABORT -> BranchState.ABORTED;
                    case COMMIT ->
                        outcome.decisionFor(branch.id) == Decision.COMMIT
                                ? BranchState.COMMITTED
                                : BranchState.READ_ONLY;
                };
                protocol.feed(new Input.Acked(site, Ack.DONE));
            }
            case HAZARD -> {
                branch.state = BranchState.HAZARD;
                branch.detail = Storable.text(result.detail());
                chronicle.note(Event.HAZARD, branch, branch.detail);
                LOG.error("HAZARD: {} is not as decided ({}): {}", branch.id, outcome.decision(), branch.detail);
                around.listener().hazard(branch.id);
                protocol.feed(new Input.Acked(site, Ack.HAZARD));
            }
            case RETRY -> unconfirmed(branch, String.valueOf(result.detail()));
            case COMMITTED -> unconfirmed(branch, "an answer to a question that was not asked");
        }
    }

    private void unconfirmed(BranchProgress branch, String reason) {
        branch.detail = Storable.text(reason);
        chronicle.note(Event.UNCONFIRMED, branch, branch.detail);
        protocol.countTry();
        protocol.retryAfter(protocol.tries());
    }

    /// Has their services be asked and told at once.
    void tryNow() {
        branches.values().forEach(branch -> {
            around.teller().tryNow(branch.service);
            around.questions().tryNow(branch.service);
        });
    }

    // ---- what is known of them

    /// Until the first of their services that do not answer is tried again.
    Optional<Duration> nextAttempt() {
        return branches.values().stream()
                .map(branch -> branch.service)
                .flatMap(service -> Stream.of(
                        around.teller().nextAttempt(service), around.questions().nextAttempt(service)))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    Set<BranchId> ids() {
        return branches.keySet();
    }

    /// The service of each branch, by name.
    SortedMap<String, String> services() {
        return branches.values().stream()
                .collect(Collectors.toMap(
                        branch -> branch.id.name(), branch -> branch.service, (one, _) -> one, TreeMap::new));
    }

    boolean anyHazard() {
        return branches.values().stream().anyMatch(branch -> branch.state == BranchState.HAZARD);
    }

    /// Whether the decision says all that there is to say of them.
    boolean areAs(Decision decided) {
        return decided == Decision.COMMIT
                && branches.values().stream().allMatch(branch -> branch.state == BranchState.COMMITTED);
    }

    List<BranchStatus> statuses() {
        return branches.values().stream().map(BranchProgress::status).toList();
    }

    private BranchProgress branch(BranchId id) {
        var branch = branches.get(id);
        if (branch == null) {
            throw new IllegalStateException("no branch of this attempt: " + id);
        }
        return branch;
    }
}
