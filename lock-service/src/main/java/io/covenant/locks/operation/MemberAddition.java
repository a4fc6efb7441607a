package io.covenant.locks.operation;

import io.covenant.consensus.node.OrderOutcome;
import io.covenant.consensus.raft.Answer.Reason;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.NodeId;
import io.covenant.locks.node.Place;
import io.covenant.locks.web.Door;
import io.covenant.locks.wire.AddMember;
import io.covenant.web.problem.Problem;
import io.covenant.web.services.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Takes a new node into the group: asks it who it is, lets it receive the log, then lets it vote.
@Component
final class MemberAddition {

    private static final Logger LOG = LoggerFactory.getLogger(MemberAddition.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration TO_CATCH_UP = Duration.ofSeconds(10);

    private final Door door;
    private final JsonMapper mapper;
    private final @Nullable ClientTls tls;

    MemberAddition(Door door, JsonMapper mapper, ObjectProvider<ClientTls> tls) {
        this.door = door;
        this.mapper = mapper;
        this.tls = tls.getIfAvailable();
    }

    /// @param authorization the operator's, which is shown to the new node: to an address that an operator names goes
    ///                      nothing but what that operator has; absent where nobody is asked for a token
    /// @param before        is run when the node is fit, and may refuse
    /// @return whether it votes already
    boolean add(AddMember add, @Nullable String authorization, Runnable before) {
        var place = place(add);
        var id = ask(add, place, authorization);
        before.run();
        require(
                door,
                door.await(door.node().changeMembers(new MemberChange.AddLearner(id, place.written())), PATIENCE));
        long until = System.nanoTime() + TO_CATCH_UP.toNanos();
        while (System.nanoTime() < until) {
            if (promoted(id)) {
                return true;
            }
        }
        Thread.ofVirtual().name("adds-" + id.name()).start(() -> promote(id));
        return false;
    }

    private static Place place(AddMember add) {
        Door.text(add.name(), "name");
        try {
            return new Place(add.peer(), URI.create(add.api()));
        } catch (IllegalArgumentException | NullPointerException wrong) {
            throw Problem.ofField("validation-failed", "peer", "peer is host:port and api is a base address")
                    .asException();
        }
    }

    /// The number of its disk is what makes it somebody new: only the node itself knows it.
    private NodeId ask(AddMember add, Place place, @Nullable String authorization) {
        try (var http = client()) {
            var request = HttpRequest.newBuilder(URI.create(place.api() + "/admin/locks/self"))
                    .timeout(PATIENCE);
            if (authorization != null) {
                request.setHeader("Authorization", authorization);
            }
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            var id = id(answer.body());
            var parts = id.split("#", 2);
            if (answer.statusCode() == 200 && parts.length == 2 && parts[0].equals(add.name())) {
                return new NodeId(parts[0], Long.parseUnsignedLong(parts[1], 16));
            }
            throw unfit("The node there is %s: it needs the name %s and an empty directory, without bootstrap."
                    .formatted(id.isEmpty() ? "none of this service" : id, add.name()));
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw Door.unknown();
        } catch (IOException | JacksonException | IllegalArgumentException silent) {
            throw unfit("No node answers at %s as one that can be added.".formatted(add.api()));
        }
    }

    /// Whatever answers there: it need not be a node.
    private String id(String answer) {
        return mapper.readTree(answer).path("id").asString("");
    }

    private HttpClient client() {
        var client = HttpClient.newBuilder().connectTimeout(PATIENCE);
        return tls == null ? client.build() : client.sslContext(tls.context()).build();
    }

    private static RuntimeException unfit(String why) {
        return Problem.of(HttpStatus.CONFLICT, "node-not-fit", why).asException();
    }

    private boolean promoted(NodeId id) {
        try {
            Thread.sleep(100);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw Door.unknown();
        }
        var outcome = door.await(door.node().changeMembers(new MemberChange.Promote(id)), PATIENCE);
        if (outcome instanceof OrderOutcome.Refused(var reason) && isForNow(reason)) {
            return false;
        }
        require(door, outcome);
        return true;
    }

    private static boolean isForNow(Reason reason) {
        return reason == Reason.NOT_CAUGHT_UP || reason == Reason.CHANGE_PENDING;
    }

    /// Goes on in the background, as long as this node leads.
    private void promote(NodeId id) {
        try {
            boolean votes = false;
            while (!votes) {
                votes = promoted(id);
            }
            LOG.info("{} votes from now on", id);
        } catch (RuntimeException given) {
            LOG.warn("{} stays a learner: {}", id, given.getMessage());
        }
    }

    static void require(Door door, OrderOutcome outcome) {
        switch (outcome) {
            case OrderOutcome.Done _ -> {}
            case OrderOutcome.NotLeader(var leader) -> throw door.elsewhere(leader, true);
            case OrderOutcome.Refused(var reason) -> {
                var code = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
                throw Problem.of(HttpStatus.CONFLICT, code, "Refused: " + code.replace('-', ' ') + ".")
                        .asException();
            }
            case OrderOutcome.Unknown _ -> throw Door.unknown();
        }
    }
}
