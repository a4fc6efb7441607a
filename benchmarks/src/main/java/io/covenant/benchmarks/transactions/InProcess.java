package io.covenant.benchmarks.transactions;

import com.zaxxer.hikari.HikariDataSource;
import io.covenant.benchmarks.measure.Ending;
import io.covenant.coordinator.CoordinatorEngine;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Finish;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.Payload;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.StepCall;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.participant.BranchExecutor;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.SettleReply.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/// The coordinator's engine and the participants' executors of the platform, called instead of asked over HTTP. The
/// branches run the very statements of the floor.
final class InProcess implements Contestant {

    static final String NAME = "in-process";

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Servers servers;
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentMap<TransactionId, Purchase> purchases = new ConcurrentHashMap<>();
    private final CoordinatorEngine engine;

    InProcess(Servers servers, int connections) {
        this.servers = servers;
        var branches = Map.of(
                "orders", branch(servers.orders(), connections, Statements::create),
                "inventory", branch(servers.inventory(), connections, Statements::reserve));
        engine = CoordinatorEngine.of("engine", physical(servers.coordinator()), new Here(branches))
                .start();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the platform's coordinator and participants called in this process; branches with the floor's statements";
    }

    @Override
    public Ending place(Purchase purchase) throws Exception {
        var id = new TransactionId(purchase.order());
        var payload = Payload.of("{\"orderId\":\"%s\",\"sku\":\"%s\",\"customer\":\"%s\"}"
                .formatted(purchase.order(), purchase.sku(), purchase.customer()));
        var plan = new TransactionPlan(
                id,
                "place-order",
                CommitProtocol.TWO_PHASE,
                DEADLINE,
                false,
                List.of(
                        new TransactionPlan.Branch("orders", "orders", "create", payload),
                        new TransactionPlan.Branch("inventory", "inventory", "reserve", payload)),
                null);
        purchases.put(id, purchase);
        try {
            return ending(engine.transactions().run(plan));
        } finally {
            purchases.remove(id);
        }
    }

    @Override
    public long decisions() {
        return Register.commits(servers.coordinator());
    }

    @Override
    public SequencedMap<String, ProcessHandle> processes() {
        return new TreeMap<>();
    }

    @Override
    public void close() {
        engine.close();
        threads.close();
        pools.forEach(HikariDataSource::close);
    }

    private static Ending ending(RunAnswer answer) {
        if (answer instanceof RunAnswer.Decided(var transaction, var _) && transaction.outcome() != null) {
            return switch (transaction.outcome()) {
                case COMMITTED -> Ending.COMMITTED;
                case ABORTED -> {
                    var refusal = transaction.refusal();
                    if (refusal == null || !refusal.code().equals(Here.REFUSAL)) {
                        throw new IllegalStateException("aborted: " + transaction);
                    }
                    yield Ending.REFUSED;
                }
                case UNDECIDED -> throw new IllegalStateException("undecided: " + transaction);
            };
        }
        throw new IllegalStateException("not decided: " + answer);
    }

    /// As in the services: one pool for work, one for finishing.
    private Branch branch(Database database, int connections, HandWritten.Branch work) {
        var working = database.pool(NAME, connections);
        var finishing = database.pool(NAME + "-finish", connections);
        pools.addAll(List.of(working, finishing));
        return new Branch(BranchExecutor.over(working, finishing), working, work);
    }

    /// The engine has connections of its own making.
    private static DataSource physical(Database coordinator) {
        var source = new PGSimpleDataSource();
        source.setUrl(coordinator.jdbcUrl(NAME));
        source.setUser(coordinator.database().runtime().name());
        source.setPassword(coordinator.database().runtime().password());
        return source;
    }

    private record Branch(BranchExecutor executor, DataSource database, HandWritten.Branch work) {}

    private final class Here implements Participants {

        static final String REFUSAL = "not-possible";

        private final Map<String, Branch> branches;

        Here(Map<String, Branch> branches) {
            this.branches = branches;
        }

        @Override
        public boolean knows(String service) {
            return branches.containsKey(service);
        }

        @Override
        public PrepareAnswer prepare(Preparation preparation) {
            Branch branch = of(preparation.service());
            Purchase purchase = purchases.get(preparation.branch().transaction());
            if (purchase == null) {
                return new PrepareAnswer.Unsettled("nobody waits for it any more");
            }
            var answer = branch.executor()
                    .prepare(preparation.branch(), preparation.operation(), preparation.timeLeft(), _ -> {
                        var connection = DataSourceUtils.getConnection(branch.database());
                        if (!branch.work().work(connection, purchase)) {
                            throw new BranchRefusedException(REFUSAL, "This order is not possible.");
                        }
                    });
            return switch (answer) {
                case io.covenant.transactions.participant.PrepareAnswer.Voted(var vote) ->
                    new PrepareAnswer.Voted(vote);
                case io.covenant.transactions.participant.PrepareAnswer.Ongoing _ ->
                    new PrepareAnswer.Unsettled("ongoing");
                case io.covenant.transactions.participant.PrepareAnswer.Unknown(var reason) ->
                    new PrepareAnswer.Unsettled(reason);
            };
        }

        @Override
        public SiteAnswer ask(String service, BranchId branch, Request request) {
            throw new UnsupportedOperationException("three-phase commit is not measured in process");
        }

        @Override
        public FinishAnswer tell(String service, BranchId branch, Outcome outcome) {
            throw new UnsupportedOperationException("three-phase commit is not measured in process");
        }

        @Override
        public FinishAnswer finish(String service, Finish how, List<BranchId> ids) {
            Branch branch = of(service);
            List<Future<Settled>> finishing = ids.stream()
                    .skip(1)
                    .map(id -> threads.submit(() -> finish(branch, how.decision(), id)))
                    .toList();
            var results = new ArrayList<Settled>();
            results.add(finish(branch, how.decision(), ids.getFirst()));
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

        @Override
        public SagaAnswer step(StepCall call) {
            return new SagaAnswer.Refused(Refusal.of("unsupported-protocol", "No sagas are measured here."));
        }

        private static Settled finish(Branch branch, Decision decision, BranchId id) {
            return switch (branch.executor().finish(id, decision)) {
                case io.covenant.transactions.participant.FinishAnswer.Done _ -> Settled.done(id.gid());
                case io.covenant.transactions.participant.FinishAnswer.Hazard(var detail) ->
                    new Settled(id.gid(), Result.HAZARD, null, detail);
                case io.covenant.transactions.participant.FinishAnswer.Unknown(var reason) ->
                    Settled.retry(id.gid(), reason);
            };
        }

        private Branch of(String service) {
            return Objects.requireNonNull(branches.get(service));
        }
    }
}
