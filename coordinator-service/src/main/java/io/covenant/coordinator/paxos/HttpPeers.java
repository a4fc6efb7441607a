package io.covenant.coordinator.paxos;

import io.covenant.coordinator.acceptor.MessageCodec;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.web.services.Courier;
import io.covenant.web.services.ServiceAnswer;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The other coordinators over HTTP. What is sent at the same moment shares a request.
final class HttpPeers implements Peers {

    static final String PATH = "/internal/v1/acceptor";

    private static final Logger LOG = LoggerFactory.getLogger(HttpPeers.class);

    private static final Duration LEADING_PATIENCE = Duration.ofMillis(400);
    private static final int JOURNEYS = 4;
    private static final int MOST_IN_ONE = 200;

    /// Leaders repeat what has been dropped.
    private static final int MOST_WAITING = 20_000;

    private record Asking(TransactionId id, Request request, Consumer<Reply> onReply) {}

    private record Reporting(TransactionId id, Reply.Took took) {}

    private final String node;
    private final ServiceClient client;
    private final Duration patience;
    private final Executor workers;
    private final Map<String, Courier<Asking>> asks = new HashMap<>();
    private final Map<String, Courier<Reporting>> reports = new HashMap<>();

    /// @param client calls each member as a service of its own, by its name
    HttpPeers(String node, SortedSet<String> members, ServiceClient client, Duration patience, Executor workers) {
        this.node = node;
        this.client = client;
        this.patience = patience;
        this.workers = workers;
        for (var member : members) {
            if (!member.equals(node)) {
                asks.put(
                        member,
                        new Courier<>(JOURNEYS, MOST_IN_ONE, MOST_WAITING, workers, batch -> deliver(member, batch)));
                reports.put(
                        member,
                        new Courier<>(JOURNEYS, MOST_IN_ONE, MOST_WAITING, workers, batch -> bring(member, batch)));
            }
        }
    }

    @Override
    public void ask(String acceptor, TransactionId id, Request request, Consumer<Reply> onReply) {
        var courier = asks.get(acceptor);
        if (courier != null) {
            courier.send(new Asking(id, request, onReply));
        }
    }

    private void deliver(String member, List<Asking> batch) {
        var body = new PeerWords.Asks(batch.stream()
                .map(asking -> new PeerWords.Ask(asking.id().value(), MessageCodec.write(asking.request())))
                .toList());
        post(member, "/asks", body, patience).ifPresent(answered -> {
            var answers = answered.body().as(PeerWords.Answers.class).answers();
            for (var next = 0; next < Math.min(answers.size(), batch.size()); next++) {
                var reply = answers.get(next).reply();
                if (reply != null) {
                    batch.get(next).onReply().accept(MessageCodec.reply(reply));
                }
            }
        });
    }

    @Override
    public void report(String leader, TransactionId id, Reply.Took took) {
        var courier = reports.get(leader);
        if (courier != null) {
            courier.send(new Reporting(id, took));
        }
    }

    private void bring(String member, List<Reporting> batch) {
        var body = new PeerWords.Reports(
                node,
                batch.stream()
                        .map(report -> new PeerWords.Report(report.id().value(), MessageCodec.write(report.took())))
                        .toList());
        var _ = post(member, "/reports", body, patience);
    }

    @Override
    public Set<TransactionId> led(Collection<TransactionId> ids) {
        var body = new PeerWords.Ids(ids.stream().map(TransactionId::value).toList());
        Set<TransactionId> led = ConcurrentHashMap.newKeySet();
        var all = asks.keySet().stream()
                .map(member -> CompletableFuture.runAsync(
                        () -> post(member, "/leading", body, LEADING_PATIENCE)
                                .ifPresent(answered -> answered.body().as(PeerWords.Ids.class).ids().stream()
                                        .map(TransactionId::new)
                                        .forEach(led::add)),
                        workers))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).handle((_, _) -> true).join();
        return led;
    }

    @Override
    public List<TransactionResource> shown(TransactionId id) {
        return askAll("/shown", new PeerWords.Ids(List.of(id.value())));
    }

    @Override
    public List<TransactionResource> recent() {
        return askAll("/recent", new PeerWords.Ids(List.of()));
    }

    private List<TransactionResource> askAll(String path, Object body) {
        var shown = new CopyOnWriteArrayList<TransactionResource>();
        var all = asks.keySet().stream()
                .map(member -> CompletableFuture.runAsync(
                        () -> post(member, path, body, LEADING_PATIENCE)
                                .ifPresent(answered -> shown.addAll(answered.body()
                                        .as(PeerWords.Shown.class)
                                        .transactions())),
                        workers))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).handle((_, _) -> true).join();
        return List.copyOf(shown);
    }

    @Override
    public Introduction introduce(String member, long disk) {
        return switch (client.call(
                member,
                ServiceRequest.post(PATH + "/introductions", new PeerWords.Introduced(node, disk))
                        .within(patience))) {
            case Answered answered when answered.successful() -> Introduction.BELIEVED;
            case Answered answered when answered.status() == 409 -> Introduction.DISBELIEVED;
            case Answered _, ServiceAnswer.NotSent _, ServiceAnswer.Unanswered _ -> Introduction.UNANSWERED;
        };
    }

    private Optional<Answered> post(String member, String path, Object body, Duration within) {
        return switch (client.call(
                member, ServiceRequest.post(PATH + path, body).within(within))) {
            case Answered answered when answered.successful() -> Optional.of(answered);
            case Answered answered -> {
                LOG.debug("{} answered {} with {}", member, path, answered.status());
                yield Optional.empty();
            }
            case ServiceAnswer.NotSent notSent -> {
                LOG.debug("{}: {}", member, notSent.reason());
                yield Optional.empty();
            }
            case ServiceAnswer.Unanswered unanswered -> {
                LOG.debug("{}: {}", member, unanswered.reason());
                yield Optional.empty();
            }
        };
    }
}
