package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.Asking;
import io.covenant.coordinator.transaction.Finish;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.Participants.Preparation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Payload;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.wire.PaxosPart;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.web.services.Courier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// Calls the services that have the branches, without waiting for them. Decisions of one moment share a request; a
/// service that does not answer hears of none for a while.
final class Calls {

    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    /// Leaders repeat what has been dropped.
    private static final int MOST_WAITING = 20_000;

    private record Recipient(String service, Decision decision) {}

    private record Telling(BranchId branch, Consumer<@Nullable Settled> onAnswer) {}

    private final Participants participants;
    private final Executor workers;
    private final Supplier<Set<String>> paused;
    private final Silences silences;
    private final int requestsInFlight;
    private final int mostInOne;
    private final Map<Recipient, Courier<Telling>> couriers = new ConcurrentHashMap<>();

    /// @param requestsInFlight so many requests at a time tell one service one decision
    /// @param mostInOne        the most branches in one of them
    Calls(
            Participants participants,
            Executor workers,
            Supplier<Set<String>> paused,
            Silences silences,
            int requestsInFlight,
            int mostInOne) {
        this.participants = participants;
        this.workers = workers;
        this.paused = paused;
        this.silences = silences;
        this.requestsInFlight = requestsInFlight;
        this.mostInOne = mostInOne;
    }

    /// Sends a branch its work.
    void prepare(
            LedBranch branch,
            Payload payload,
            PaxosPart paxos,
            Duration timeLeft,
            Duration patience,
            @Nullable String requestId,
            Consumer<PrepareAnswer> onAnswer) {
        workers.execute(() -> {
            var preparation = new Preparation(
                    Asking.PREPARE,
                    branch.id,
                    branch.service,
                    branch.operation,
                    "\"paxos\":%s,".formatted(JSON.writeValueAsString(paxos)),
                    payload,
                    timeLeft,
                    patience,
                    requestId);
            onAnswer.accept(ask(preparation));
        });
    }

    private PrepareAnswer ask(Preparation preparation) {
        try {
            return participants.prepare(preparation);
        } catch (RuntimeException e) {
            LOG.error("preparing {} failed in a way that nobody expected", preparation.branch(), e);
            return new PrepareAnswer.Unsettled(e.toString());
        }
    }

    /// Tells a branch what was decided.
    ///
    /// @param onAnswer gets nothing where the service did not answer
    void tell(String service, BranchId branch, Decision decision, Consumer<@Nullable Settled> onAnswer) {
        couriers.computeIfAbsent(
                        new Recipient(service, decision),
                        to -> new Courier<>(
                                requestsInFlight, mostInOne, MOST_WAITING, workers, batch -> deliver(to, batch)))
                .send(new Telling(branch, onAnswer));
    }

    /// For how long this service hears nothing, since it did not answer.
    Duration silence(String service) {
        return silences.left(service);
    }

    /// Has this service be asked at once, whatever it was left in peace for.
    void tryNow(String service) {
        silences.end(service);
    }

    private void deliver(Recipient to, List<Telling> batch) {
        boolean inPeace = paused.get().contains(to.service()) || silences.leaveInPeace(to.service());
        var answers = inPeace ? Map.<String, Settled>of() : answers(to, batch);
        batch.forEach(telling ->
                telling.onAnswer().accept(answers.get(telling.branch().gid())));
    }

    private Map<String, Settled> answers(Recipient to, List<Telling> batch) {
        var branches = batch.stream().map(Telling::branch).toList();
        var answers = new ConcurrentHashMap<String, Settled>();
        try {
            switch (participants.finish(to.service(), Finish.ofPrepared(to.decision()), branches)) {
                case FinishAnswer.Answered(var results) -> {
                    silences.end(to.service());
                    results.forEach(result -> answers.put(result.gid(), result));
                }
                case FinishAnswer.Unanswered(var reason) -> {
                    silences.unanswered(to.service());
                    LOG.debug("{} does not answer: {}", to.service(), reason);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("telling {} failed in a way that nobody expected", to.service(), e);
        }
        return answers;
    }
}
