package io.covenant.coordinator.paxos;

import io.covenant.coordinator.acceptor.DurableAcceptor;
import io.covenant.coordinator.acceptor.MessageCodec;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import io.covenant.transactions.wire.CastRequest;
import io.covenant.transactions.wire.PlannedBranch;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// What participants and other coordinators want of this one as an acceptor.
@RestController
@ConditionalOnProperty("covenant.coordinator.paxos.directory")
@RequestMapping(HttpPeers.PATH)
final class AcceptorController {

    /// Longer than a force takes, and than others wait.
    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(2));

    private final Leaders leaders;
    private final DurableAcceptor acceptor;

    AcceptorController(Leaders leaders, DurableAcceptor acceptor) {
        this.leaders = leaders;
        this.acceptor = acceptor;
    }

    /// Takes votes, all or none. That they were brought says nothing of what becomes of them: the leader hears that.
    @PostMapping("/votes")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void votes(@RequestBody CastRequest request) {
        requireAdmitted();
        var casts = new ArrayList<Request.Cast>(request.votes().size());
        for (var vote : request.votes()) {
            casts.add(cast("votes[%d]".formatted(casts.size()), vote));
        }
        for (var cast : casts) {
            leaders.askHere(cast.who().transaction(), cast, _ -> {});
        }
    }

    private static Request.Cast cast(String place, CastRequest.Cast vote) {
        var who = BranchId.parse(vote.gid())
                .orElseThrow(() -> Problem.ofField("invalid-value", place + ".gid", "must be the gid of a branch")
                        .asException());
        requireNamedByTime(place + ".gid", who.transaction());
        var plan = read(() -> PlannedBranch.plan(vote.plan()));
        if (!plan.branches().contains(who)) {
            throw Problem.of(
                            HttpStatus.CONFLICT,
                            "stranger",
                            "%s votes on a transaction whose branches do not include it.".formatted(who.gid()))
                    .violating(List.of(new Violation(place + ".gid", "must be one of the branches of the plan")))
                    .asException();
        }
        return new Request.Cast(vote.ballot(), plan, who);
    }

    /// Answers other leaders.
    @PostMapping("/asks")
    PeerWords.Answers asks(@RequestBody PeerWords.Asks request) {
        requireAdmitted();
        var answers = new ArrayList<CompletableFuture<Optional<Reply>>>();
        for (var ask : request.asks()) {
            var answer = new CompletableFuture<Optional<Reply>>();
            leaders.askHere(id(ask.id()), read(() -> MessageCodec.request(ask.request())), answer::complete);
            answers.add(answer);
        }
        return new PeerWords.Answers(answers.stream()
                .map(answer -> PATIENCE.await(answer).flatMap(reply -> reply))
                .map(reply ->
                        new PeerWords.Answer(reply.map(MessageCodec::write).orElse(null)))
                .toList());
    }

    /// Hears what other acceptors have taken in ballots that are led here.
    @PostMapping("/reports")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void reports(@RequestBody PeerWords.Reports request) {
        for (var report : request.reports()) {
            leaders.heard(request.from(), id(report.id()), read(() -> MessageCodec.reply(report.took())));
        }
    }

    /// Tells which of these transactions are led here.
    @PostMapping("/leading")
    PeerWords.Ids leading(@RequestBody PeerWords.Ids request) {
        List<TransactionId> asked =
                request.ids().stream().map(AcceptorController::id).toList();
        return new PeerWords.Ids(
                leaders.among(asked).stream().map(TransactionId::value).toList());
    }

    /// Shows those of these transactions that are led here, or were a while ago.
    @PostMapping("/shown")
    PeerWords.Shown shown(@RequestBody PeerWords.Ids request) {
        return new PeerWords.Shown(request.ids().stream()
                .flatMap(id -> leaders.view(id(id)).stream())
                .toList());
    }

    /// Shows what is led here, or was lately.
    @PostMapping("/recent")
    PeerWords.Shown recent() {
        return new PeerWords.Shown(leaders.views());
    }

    /// Meets the disk of another member.
    @PostMapping("/introductions")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void introductions(@RequestBody PeerWords.Introduced request) {
        try {
            if (!acceptor.meets(request.member(), request.disk())) {
                throw Problem.of(
                                HttpStatus.CONFLICT,
                                "directory-lost",
                                "%s is not a member of this group, or it had another directory before."
                                        .formatted(request.member()))
                        .asException();
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void requireAdmitted() {
        if (!acceptor.isAdmitted()) {
            throw Problem.of(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "not-admitted",
                            "This coordinator takes no part as an acceptor; its health says why.")
                    .asException();
        }
    }

    private static TransactionId id(UUID id) {
        var named = new TransactionId(id);
        requireNamedByTime("id", named);
        return named;
    }

    private static void requireNamedByTime(String field, TransactionId id) {
        if (!AcceptorLedger.takes(id)) {
            throw Problem.ofField("invalid-value", field, "must be of a transaction whose id is a UUID of version 7")
                    .asException();
        }
    }

    private interface Reading<T> {
        T read();
    }

    private static <T> T read(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IllegalArgumentException e) {
            throw Problem.of(HttpStatus.BAD_REQUEST, "invalid-value", String.valueOf(e.getMessage()))
                    .asException();
        }
    }
}
