package io.covenant.coordinator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.covenant.coordinator.transaction.Asking;
import io.covenant.coordinator.transaction.Finish;
import io.covenant.coordinator.transaction.Participants;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Payload;
import io.covenant.coordinator.transaction.StepCall;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.tcc.TryAnswer;
import io.covenant.transactions.wire.EvidenceReply;
import io.covenant.transactions.wire.EvidenceReply.Shown;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.PreparedBranches;
import io.covenant.transactions.wire.PreparedBranches.Holding;
import io.covenant.transactions.wire.PreparedBranches.Prepared;
import io.covenant.transactions.wire.SettleReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.StepReply;
import io.covenant.transactions.wire.TryReply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One instance of a participating service behind real HTTP. What it holds, it shares with its peers.
public final class ParticipantServer implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpServer server;
    private final ModelParticipants model;
    private final List<String> payloads = new CopyOnWriteArrayList<>();
    private final List<@Nullable String> requestIds = new CopyOnWriteArrayList<>();

    private volatile Function<JsonNode, @Nullable Answer> onPrepare = _ -> null;

    private volatile Function<JsonNode, @Nullable Answer> onStep = _ -> null;

    /// What to answer instead.
    public record Answer(int status, String body) {}

    public ParticipantServer(ModelParticipants model) {
        this.model = model;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/internal/v1/branches/prepare", exchange -> ask(exchange, Asking.PREPARE));
        server.createContext("/internal/v1/branches/run", exchange -> ask(exchange, Asking.RUN));
        server.createContext("/internal/v1/branches/settle", exchange -> finish(exchange, Finish.SETTLE));
        server.createContext("/internal/v1/branches/try", exchange -> ask(exchange, Asking.TRY));
        server.createContext("/internal/v1/branches/commit", exchange -> finish(exchange, Finish.COMMIT));
        server.createContext("/internal/v1/branches/rollback", exchange -> finish(exchange, Finish.ABORT));
        server.createContext("/internal/v1/branches/confirm", exchange -> finish(exchange, Finish.CONFIRM));
        server.createContext("/internal/v1/branches/cancel", exchange -> finish(exchange, Finish.CANCEL));
        server.createContext("/internal/v1/steps/act", exchange -> step(exchange, Ask.ACT));
        server.createContext("/internal/v1/steps/undo", exchange -> step(exchange, Ask.UNDO));
        server.createContext("/internal/v1/steps/fence", exchange -> step(exchange, Ask.FENCE));
        server.createContext("/internal/v1/branches/prepared", this::prepared);
        server.createContext("/internal/v1/branches/evidence", this::evidence);
        server.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public void onPrepare(Function<JsonNode, @Nullable Answer> answer) {
        onPrepare = answer;
    }

    public void onStep(Function<JsonNode, @Nullable Answer> answer) {
        onStep = answer;
    }

    /// The payloads as they came over the wire.
    public List<String> payloads() {
        return List.copyOf(payloads);
    }

    public List<@Nullable String> requestIds() {
        return requestIds;
    }

    private void ask(HttpExchange exchange, Asking asking) throws IOException {
        var text = new String(exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        var request = JSON.readTree(text);
        payloads.add(text.substring(text.indexOf("\"payload\":") + 10, text.length() - 1));
        requestIds.add(exchange.getRequestHeaders().getFirst("X-Request-Id"));
        var bent = onPrepare.apply(request);
        if (bent != null) {
            respond(exchange, bent.status(), bent.body());
            return;
        }
        var branch = BranchId.parse(request.path("gid").asString()).orElseThrow();
        var voted = (PrepareAnswer.Voted) model.askHonestly(asking, branch);
        Object reply = switch (asking) {
            case PREPARE, RUN -> PrepareReply.of(voted.vote());
            case TRY -> TryReply.of(tried(voted));
        };
        respond(exchange, 200, JSON.writeValueAsString(reply));
    }

    private static TryAnswer tried(PrepareAnswer.Voted voted) {
        return switch (voted.vote()) {
            case Vote.Yes _ -> new TryAnswer.Reserved(ModelParticipants.HOLDS);
            case Vote.No(var refusal) -> new TryAnswer.Refused(refusal);
            case Vote.ReadOnly _ -> new TryAnswer.Nothing();
        };
    }

    private void step(HttpExchange exchange, Ask ask) throws IOException {
        var text = new String(exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        var request = JSON.readTree(text);
        var payload = text.substring(text.indexOf("\"payload\":") + 10, text.length() - 1);
        payloads.add(payload);
        requestIds.add(exchange.getRequestHeaders().getFirst("X-Request-Id"));
        var bent = onStep.apply(request);
        if (bent != null) {
            respond(exchange, bent.status(), bent.body());
            return;
        }
        var answer = model.step(new StepCall(
                BranchId.parse(request.path("gid").asString()).orElseThrow(),
                "here",
                ask,
                request.path("operation").asString(),
                Payload.of(payload),
                java.time.Duration.ofSeconds(1),
                null));
        respond(exchange, 200, JSON.writeValueAsString(StepReply.of(answer)));
    }

    private void finish(HttpExchange exchange, Finish how) throws IOException {
        var request = JSON.readValue(exchange.getRequestBody(), FinishRequest.class);
        var branches = request.gids().stream()
                .map(gid -> BranchId.parse(gid).orElseThrow())
                .toList();
        var answer = model.finish("here", how, branches);
        switch (answer) {
            case Participants.FinishAnswer.Answered(var results) ->
                respond(exchange, 200, JSON.writeValueAsString(reply(how, results)));
            case Participants.FinishAnswer.Unanswered(var reason) -> respond(exchange, 503, reason);
        }
    }

    private static Object reply(Finish how, List<Settled> results) {
        return switch (how) {
            case COMMIT, ABORT, SETTLE ->
                new FinishReply(results.stream()
                        .map(one -> new FinishReply.Finished(one.gid(), one.result(), one.detail()))
                        .toList());
            case CONFIRM, CANCEL -> new SettleReply(results);
        };
    }

    /// Everything it holds prepared or reserved has been so for a minute.
    private void prepared(HttpExchange exchange) throws IOException {
        var held = model.branches().entrySet().stream()
                .flatMap(entry -> prepared(entry.getKey(), entry.getValue()).stream())
                .toList();
        respond(exchange, 200, JSON.writeValueAsString(new PreparedBranches(held)));
    }

    private static Optional<Prepared> prepared(BranchId branch, ModelParticipants.Held held) {
        return switch (held) {
            case PREPARED -> Optional.of(new Prepared(branch.gid(), 60_000, 3, 1, Holding.PREPARED));
            case RESERVED -> Optional.of(new Prepared(branch.gid(), 60_000, 0, 0, Holding.RESERVED));
            case COMMITTED, ABORTED -> Optional.empty();
        };
    }

    private void evidence(HttpExchange exchange) throws IOException {
        var gid = exchange.getRequestURI().getQuery().substring("gid=".length());
        var shown = switch (model.branches().get(BranchId.parse(gid).orElseThrow())) {
            case null -> Shown.NONE;
            case PREPARED -> Shown.PREPARED;
            case RESERVED, COMMITTED -> Shown.WORK;
            case ABORTED -> Shown.FENCE;
        };
        respond(exchange, 200, JSON.writeValueAsString(new EvidenceReply(gid, shown)));
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set("Content-Type", status < 300 ? "application/json" : "application/problem+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
