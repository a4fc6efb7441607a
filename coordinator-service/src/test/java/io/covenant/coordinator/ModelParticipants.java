package io.covenant.coordinator;

import io.covenant.coordinator.transaction.Asking;
import io.covenant.coordinator.transaction.Finish;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.coordinator.transaction.StepCall;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.SettleReply.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Services in memory that keep to the rules of a participant: idempotent, fenced after an abort, honest about what
/// they hold. Tests bend single answers.
public final class ModelParticipants implements Participants {

    /// How long reservations hold.
    public static final Duration HOLDS = Duration.ofSeconds(30);

    /// What a service holds of a branch.
    public enum Held {
        PREPARED,
        RESERVED,
        COMMITTED,
        ABORTED
    }

    private final Set<String> services;
    private final Map<BranchId, Held> branches = new ConcurrentHashMap<>();
    private final ModelSteps steps = new ModelSteps();
    private final Map<BranchId, Standing> standings = new HashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    private volatile Function<Preparation, @Nullable PrepareAnswer> onPrepare = _ -> null;
    private volatile BiFunction<BranchId, Decision, @Nullable Settled> onFinish = (_, _) -> null;
    private volatile Function<String, @Nullable FinishAnswer> onFinishRequest = _ -> null;
    private volatile BiFunction<BranchId, Request, @Nullable SiteAnswer> onAsk = (_, _) -> null;

    public ModelParticipants(String... services) {
        this.services = Set.of(services);
    }

    /// Answers in place of the service where the function answers; it may also block.
    public void onPrepare(Function<Preparation, @Nullable PrepareAnswer> answer) {
        onPrepare = answer;
    }

    public void onFinish(BiFunction<BranchId, Decision, @Nullable Settled> answer) {
        onFinish = answer;
    }

    public void onFinishRequest(Function<String, @Nullable FinishAnswer> answer) {
        onFinishRequest = answer;
    }

    /// Answers in place of the site where the function answers.
    public void onAsk(BiFunction<BranchId, Request, @Nullable SiteAnswer> answer) {
        onAsk = answer;
    }

    public static PrepareAnswer no(String code) {
        return new Voted(new Vote.No(new Refusal(code, "For a reason.", Map.of("sku", "A-1"))));
    }

    @Override
    public boolean knows(String service) {
        return services.contains(service);
    }

    @Override
    public PrepareAnswer prepare(Preparation preparation) {
        calls.add(preparation.asking().name().toLowerCase(Locale.ROOT) + " " + preparation.service());
        var bent = onPrepare.apply(preparation);
        return bent == null ? askHonestly(preparation.asking(), preparation.branch()) : bent;
    }

    public PrepareAnswer askHonestly(Asking asking, BranchId branch) {
        var held = branches.putIfAbsent(
                branch,
                switch (asking) {
                    case PREPARE -> Held.PREPARED;
                    case RUN -> Held.COMMITTED;
                    case TRY -> Held.RESERVED;
                });
        if (held == Held.ABORTED) {
            return no("fenced");
        }
        return switch (asking) {
            case PREPARE, RUN -> new Voted(new Vote.Yes());
            case TRY -> new Voted(new Vote.Yes(), HOLDS);
        };
    }

    @Override
    public FinishAnswer finish(String service, Finish how, List<BranchId> told) {
        calls.add("finish " + service + " " + told.size());
        var bent = onFinishRequest.apply(service);
        if (bent != null) {
            return bent;
        }
        var results = new ArrayList<Settled>();
        for (var branch : told) {
            var one = onFinish.apply(branch, how.decision());
            results.add(one == null ? finishHonestly(branch, how) : one);
        }
        return new FinishAnswer.Answered(results);
    }

    @Override
    public SiteAnswer ask(String service, BranchId branch, Request request) {
        calls.add(switch (request) {
                    case Request.Elect _ -> "elect ";
                    case Request.Attempt _ -> "attempt ";
                    case Request.TimedOut _ -> throw new IllegalArgumentException("nobody asks that");
                }
                + service);
        var bent = onAsk.apply(branch, request);
        return bent == null ? askHonestly(branch, request) : bent;
    }

    public SiteAnswer askHonestly(BranchId branch, Request request) {
        var site = new Site.Branch(branch);
        synchronized (standings) {
            var before = standings.getOrDefault(branch, Standing.NEW);
            var after = switch (request) {
                case Request.Elect(var election) -> before.elected(election);
                case Request.Attempt(var election, var outcome) -> before.attempted(election, outcome);
                case Request.TimedOut _ -> throw new IllegalArgumentException("nobody asks that");
            };
            after.ifPresent(standing -> standings.put(branch, standing));
            return new SiteAnswer.Said(
                    switch (request) {
                        case Request.Elect(var election) ->
                            after.<Input>map(standing -> new Input.Elected(site, election, standing))
                                    .orElseGet(() -> new Input.Refused(site, election, before));
                        case Request.Attempt(var election, var _) ->
                            after.<Input>map(_ -> new Input.Accepted(site, election))
                                    .orElseGet(() -> new Input.Refused(site, election, before));
                        case Request.TimedOut _ -> throw new IllegalArgumentException("nobody asks that");
                    });
        }
    }

    @Override
    public FinishAnswer tell(String service, Finish how, Map<BranchId, Outcome> outcomes) {
        var answer = finish(service, how, List.copyOf(outcomes.keySet()));
        if (answer instanceof FinishAnswer.Answered) {
            synchronized (standings) {
                outcomes.forEach((branch, outcome) -> standings.compute(
                        branch, (_, before) -> (before == null ? Standing.NEW : before).learned(outcome)));
            }
        }
        return answer;
    }

    /// Where the branches stand in three-phase commits.
    public Map<BranchId, Standing> standings() {
        synchronized (standings) {
            return Map.copyOf(standings);
        }
    }

    private Settled finishHonestly(BranchId branch, Finish how) {
        var held = branches.compute(branch, (_, before) -> switch (how) {
            case COMMIT -> before == Held.PREPARED ? Held.COMMITTED : before;
            case CONFIRM -> before == Held.RESERVED ? Held.COMMITTED : before;
            case ABORT -> before == Held.COMMITTED || before == Held.RESERVED ? before : Held.ABORTED;
            case CANCEL -> before == Held.COMMITTED || before == Held.PREPARED ? before : Held.ABORTED;
            case SETTLE -> before == Held.COMMITTED ? before : Held.ABORTED;
        });
        if (how == Finish.SETTLE && held == Held.COMMITTED) {
            return new Settled(branch.gid(), Result.COMMITTED, null, null);
        }
        var wanted = how.decision() == Decision.COMMIT ? Held.COMMITTED : Held.ABORTED;
        return held == wanted
                ? Settled.done(branch.gid())
                : new Settled(branch.gid(), Result.HAZARD, finding(how), "holds " + held);
    }

    private static @Nullable Finding finding(Finish how) {
        return switch (how) {
            case COMMIT, ABORT, SETTLE -> null;
            case CONFIRM -> Finding.RESERVATION_GONE;
            case CANCEL -> Finding.CONFIRMED;
        };
    }

    @Override
    public SagaAnswer step(StepCall call) {
        return steps.ask(call);
    }

    /// The services as far as they do steps of sagas.
    public ModelSteps steps() {
        return steps;
    }

    /// Loses what it holds of a branch, as by a restored database or somebody's hand.
    public void lose(BranchId branch) {
        branches.remove(branch);
    }

    /// What the services hold, by branch.
    public Map<BranchId, Held> branches() {
        return Map.copyOf(branches);
    }

    public List<String> calls() {
        return List.copyOf(calls);
    }

    public long calls(String beginning) {
        return calls.stream().filter(call -> call.startsWith(beginning)).count();
    }
}
