package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.CastRequest;
import io.covenant.transactions.wire.CastRequest.Cast;
import io.covenant.transactions.wire.PaxosPart;
import io.covenant.transactions.wire.PlannedBranch;
import io.covenant.web.problem.Problem;
import io.covenant.web.services.ClientTls;
import io.covenant.web.services.Courier;
import io.covenant.web.services.Credentials;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceClientProperties;
import io.covenant.web.services.ServiceRequest;
import io.covenant.web.services.Topology;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/// The coordinators as acceptors of Paxos Commit, to which branches bring their votes.
///
/// Only addresses that this service was configured with are called. Votes may be lost: whoever misses one asks the
/// branch again.
final class Acceptors implements AutoCloseable {

    private static final String VOTES = "/internal/v1/acceptor/votes";
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int JOURNEYS = 4;
    private static final int MOST_IN_ONE = 200;
    private static final int MOST_WAITING = 5_000;

    /// A vote and where it goes, in this order.
    record Votes(Cast vote, List<URI> to) {}

    private final String service;
    private final ServiceClient client;
    private final Map<URI, Courier<Cast>> couriers = new HashMap<>();

    /// @param known   where coordinators are
    /// @param service what they are called in the configuration
    Acceptors(
            Collection<URI> known,
            String service,
            String node,
            ServiceClientProperties properties,
            JsonMapper mapper,
            @Nullable Credentials credentials,
            @Nullable ClientTls tls) {
        this.service = service;
        this.client = new ServiceClient(
                new Topology(node, known.stream().distinct().collect(Collectors.toMap(URI::toString, List::of))),
                properties,
                mapper,
                new CompositeMeterRegistry(),
                credentials,
                tls);
        Executor workers = task -> Thread.ofVirtual().name("votes").start(task);
        for (var address : known) {
            couriers.put(
                    normal(address),
                    new Courier<>(
                            JOURNEYS, MOST_IN_ONE, MOST_WAITING, workers, votes -> bring(address.toString(), votes)));
        }
    }

    /// What a branch will have to say if it prepares.
    ///
    /// @throws io.covenant.web.problem.ProblemException 400 where it could not be said to all acceptors, or is not
    ///         part of the plan
    Votes votes(BranchId branch, PaxosPart paxos) {
        requirePlanned(branch, paxos);
        var to = new ArrayList<URI>();
        paxos.acceptors().forEach((name, address) -> {
            // The leader counts what it hears first of its own acceptor.
            to.add(name.equals(paxos.ballot().node()) ? 0 : to.size(), addressOf(address));
        });
        var unknown =
                to.stream().filter(address -> !couriers.containsKey(address)).toList();
        if (!unknown.isEmpty()) {
            throw Problem.of(
                            HttpStatus.BAD_REQUEST,
                            "unsupported-protocol",
                            "PAXOS_COMMIT needs all coordinators to be known to this service: covenant.services.%s lacks %s."
                                    .formatted(service, unknown))
                    .asException();
        }
        return new Votes(new Cast(branch.gid(), paxos.ballot(), paxos.plan()), to);
    }

    private static URI addressOf(String text) {
        try {
            return normal(URI.create(text));
        } catch (IllegalArgumentException _) {
            throw Problem.ofField(
                            "invalid-value", "paxos.acceptors", "must be base addresses such as http://127.0.0.1:8301")
                    .asException();
        }
    }

    private static void requirePlanned(BranchId branch, PaxosPart paxos) {
        try {
            if (PlannedBranch.plan(paxos.plan()).branches().contains(branch)) {
                return;
            }
        } catch (IllegalArgumentException | NullPointerException e) {
            // said below
        }
        throw Problem.ofField("invalid-value", "paxos.plan", "must name the branches of the attempt, this one included")
                .asException();
    }

    private static URI normal(URI address) {
        var text = address.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : address;
    }

    /// Brings a vote to all acceptors; does not wait. Only for a branch whose prepared transaction is durable.
    void cast(Votes votes) {
        for (var address : votes.to()) {
            Objects.requireNonNull(couriers.get(address)).send(votes.vote());
        }
    }

    private void bring(String address, List<Cast> votes) {
        var _ = client.call(
                address, ServiceRequest.post(VOTES, new CastRequest(votes)).within(PATIENCE));
    }

    @Override
    public void close() {
        client.close();
    }
}
