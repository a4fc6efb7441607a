package io.covenant.benchmarks.transactions;

import io.covenant.coordinator.transaction.Finish;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.Payload;
import io.covenant.coordinator.transaction.StepCall;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import io.covenant.transactions.participant.local.LocalAnswer;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.TryAnswer;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.SettleReply.Settled;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Participants that are called in this process, where the services are asked over HTTP.
final class CalledServices implements Participants, AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final TypeReference<TreeMap<String, String>> ELECTORATE = new TypeReference<>() {};

    private final Map<String, CalledService> services;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    CalledServices(Map<String, CalledService> services) {
        this.services = Map.copyOf(services);
    }

    static Payload payload(Purchase purchase) {
        return Payload.of(JSON.writeValueAsString(purchase));
    }

    private static Purchase purchase(Payload payload) {
        return JSON.readValue(payload.toString(), Purchase.class);
    }

    @Override
    public boolean knows(String service) {
        return services.containsKey(service);
    }

    @Override
    public PrepareAnswer prepare(Preparation preparation) {
        CalledService service = of(preparation.service());
        Purchase purchase = purchase(preparation.payload());
        return switch (preparation.asking()) {
            case PREPARE -> prepared(service, preparation, purchase);
            case TRY -> reserved(service, preparation, purchase);
            case RUN -> throw new IllegalArgumentException("an order has more than one branch");
        };
    }

    private static PrepareAnswer prepared(CalledService service, Preparation preparation, Purchase purchase) {
        var work = service.whole(purchase);
        var answer = preparation.more().isEmpty()
                ? service.prepared()
                        .prepare(preparation.branch(), preparation.operation(), preparation.timeLeft(), work)
                : service.prepared()
                        .prepare(
                                preparation.branch(),
                                preparation.operation(),
                                preparation.timeLeft(),
                                true,
                                electorate(preparation.more()),
                                work);
        return switch (answer) {
            case io.covenant.transactions.participant.PrepareAnswer.Voted(var vote) -> new PrepareAnswer.Voted(vote);
            case io.covenant.transactions.participant.PrepareAnswer.Ongoing _ -> new PrepareAnswer.Unsettled("ongoing");
            case io.covenant.transactions.participant.PrepareAnswer.Unknown(var reason) ->
                new PrepareAnswer.Unsettled(reason);
        };
    }

    /// What three-phase commit adds to a request: members of an object, each with a comma behind it.
    private static SortedMap<String, String> electorate(String more) {
        var members = JSON.readTree("{" + more.substring(0, more.length() - 1) + "}");
        return JSON.treeToValue(members.path("electorate"), ELECTORATE);
    }

    private static PrepareAnswer reserved(CalledService service, Preparation preparation, Purchase purchase) {
        var answer = service.local()
                .reserve(
                        preparation.branch(),
                        preparation.operation(),
                        preparation.timeLeft(),
                        branch -> service.hold(branch, purchase));
        return switch (answer) {
            case LocalAnswer.Given(TryAnswer.Reserved(var holds)) -> new PrepareAnswer.Voted(new Vote.Yes(), holds);
            case LocalAnswer.Given(TryAnswer.Refused(var refusal)) -> new PrepareAnswer.Voted(new Vote.No(refusal));
            case LocalAnswer.Given(TryAnswer.Nothing _) -> new PrepareAnswer.Voted(new Vote.ReadOnly());
            case LocalAnswer.AskAgain(var _, var reason) -> new PrepareAnswer.Unsettled(reason);
        };
    }

    @Override
    public SiteAnswer ask(String service, BranchId branch, Request request) {
        return of(service)
                .prepared()
                .ask(branch, request)
                .<SiteAnswer>map(
                        reply -> new SiteAnswer.Said(reply.toInput(new Site.Branch(branch), election(request))))
                .orElseGet(() -> new SiteAnswer.Silent("the database does not tell"));
    }

    private static Election election(Request request) {
        return switch (request) {
            case Request.Elect(var election) -> election;
            case Request.Attempt(var election, var _) -> election;
            case Request.TimedOut _ -> throw new IllegalArgumentException("nobody asks that");
        };
    }

    @Override
    public FinishAnswer tell(String name, Finish how, Map<BranchId, Outcome> outcomes) {
        var prepared = of(name).prepared();
        return all(outcomes.entrySet(), one -> settled(one.getKey(), prepared.finish(one.getKey(), one.getValue())));
    }

    @Override
    public FinishAnswer finish(String name, Finish how, List<BranchId> ids) {
        CalledService service = of(name);
        return all(ids, id -> finish(service, how, id));
    }

    /// The first here, the others beside it.
    private <T> FinishAnswer all(Collection<T> branches, Function<T, Settled> finish) {
        List<Future<Settled>> finishing = branches.stream()
                .skip(1)
                .map(branch -> threads.submit(() -> finish.apply(branch)))
                .toList();
        var results = new ArrayList<Settled>();
        results.add(finish.apply(branches.iterator().next()));
        for (Future<Settled> result : finishing) {
            try {
                results.add(result.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new FinishAnswer.Unanswered("interrupted");
            } catch (ExecutionException e) {
                return new FinishAnswer.Unanswered(String.valueOf(e.getCause()));
            }
        }
        return new FinishAnswer.Answered(results);
    }

    private static Settled finish(CalledService service, Finish how, BranchId id) {
        return switch (how) {
            case COMMIT, ABORT -> settled(id, service.prepared().finish(id, how.decision()));
            case CONFIRM, CANCEL -> settle(service, id, how.decision());
            case SETTLE -> throw new IllegalArgumentException("an order has more than one branch");
        };
    }

    private static Settled settled(BranchId id, io.covenant.transactions.participant.FinishAnswer answer) {
        return switch (answer) {
            case io.covenant.transactions.participant.FinishAnswer.Done _ -> Settled.done(id.gid());
            case io.covenant.transactions.participant.FinishAnswer.Committed _ ->
                throw new IllegalStateException("committed without a decision: " + id);
            case io.covenant.transactions.participant.FinishAnswer.Hazard(var detail) ->
                new Settled(id.gid(), Result.HAZARD, null, detail);
            case io.covenant.transactions.participant.FinishAnswer.Unknown(var reason) ->
                Settled.retry(id.gid(), reason);
        };
    }

    private static Settled settle(CalledService service, BranchId id, Decision decision) {
        return switch (service.local().settle(id, decision, service.settling())) {
            case LocalAnswer.Given(Settlement.Done _) -> Settled.done(id.gid());
            case LocalAnswer.Given(Settlement.Hazard(var finding)) ->
                Settled.hazard(id.gid(), finding, finding.toString());
            case LocalAnswer.AskAgain(var _, var reason) -> Settled.retry(id.gid(), reason);
        };
    }

    @Override
    public SagaAnswer step(StepCall call) {
        CalledService service = of(call.service());
        Purchase purchase = purchase(call.payload());
        var answer = switch (call.ask()) {
            case ACT -> service.local().act(call.step(), call.operation(), false, service.whole(purchase));
            case UNDO -> service.local().undo(call.step(), call.operation(), service.undoing(purchase));
            case FENCE -> service.local().fence(call.step(), call.operation());
        };
        return switch (answer) {
            case LocalAnswer.Given(var given) -> given;
            case LocalAnswer.AskAgain(var _, var reason) ->
                new SagaAnswer.Failed(Refusal.of("step-unanswered", reason));
        };
    }

    private CalledService of(String service) {
        return Objects.requireNonNull(services.get(service));
    }

    @Override
    public void close() {
        threads.close();
        services.values().forEach(CalledService::close);
    }
}
