package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.tcc.TryAnswer;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.AttemptRequest;
import io.covenant.transactions.wire.DecidedOutcome;
import io.covenant.transactions.wire.ElectRequest;
import io.covenant.transactions.wire.ElectionNumber;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.FinishRequest;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.SettleReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.SiteReply;
import io.covenant.transactions.wire.TryReply;
import io.covenant.web.request.RequestId;
import io.covenant.web.services.ServiceAnswer;
import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.covenant.web.services.ServiceAnswer.Unanswered;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Participants behind `POST /internal/v1/branches/{prepare,commit,rollback,run,settle,try,confirm,cancel}`.
///
/// All of them may be repeated, so a request that one instance does not answer goes to the next at once.
final class HttpParticipants implements Participants {

    private static final Logger LOG = LoggerFactory.getLogger(HttpParticipants.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String BRANCHES = "/internal/v1/branches/";

    /// Refusals that are none: asked too late, too early, or too often.
    private static final Set<Integer> ASK_AGAIN = Set.of(408, 425, 429);

    /// What every problem document has; the rest are the figures of the refusal.
    private static final Set<String> STANDARD =
            Set.of("type", "title", "status", "detail", "instance", "code", "requestId", "errors", "errorsOmitted");

    private static final int MOST_ERRORS = 20;

    /// With which a site refuses a lower election than one that it has heard of; the problem holds its reply.
    private static final int STALE_ELECTION = 412;

    private final ServiceClient client;
    private final Duration finishPatience;
    private final HttpSteps steps;

    HttpParticipants(ServiceClient client, Duration finishPatience) {
        this.client = client;
        this.finishPatience = finishPatience;
        this.steps = new HttpSteps(client);
    }

    @Override
    public boolean knows(String service) {
        return client.knows(service);
    }

    @Override
    public PrepareAnswer prepare(Preparation preparation) {
        if (!client.knows(preparation.service())) {
            return new PrepareAnswer.NotSent("no service '%s' is configured".formatted(preparation.service()));
        }
        var request = ServiceRequest.post(BRANCHES + verb(preparation.asking()), body(preparation))
                .asRepeatable()
                .within(preparation.patience());
        var requestId = preparation.requestId();
        if (requestId != null) {
            request = request.header(RequestId.HEADER, requestId);
        }
        return switch (client.call(preparation.service(), request)) {
            case Answered answered -> vote(preparation, answered);
            case NotSent notSent -> new PrepareAnswer.NotSent(notSent.reason());
            case Unanswered unanswered -> new PrepareAnswer.Unsettled(unanswered.reason());
        };
    }

    private static String verb(Asking asking) {
        return switch (asking) {
            case PREPARE -> "prepare";
            case RUN -> "run";
            case TRY -> "try";
        };
    }

    /// The payload goes in as it came; nothing else in here needs escaping.
    private static byte[] body(Preparation preparation) {
        var head = "{\"gid\":\"%s\",\"operation\":\"%s\",\"deadlineMillis\":%d,%s\"payload\":"
                .formatted(
                        preparation.branch().gid(),
                        preparation.operation(),
                        Math.max(1, preparation.timeLeft().toMillis()),
                        preparation.more());
        var body =
                new ByteArrayOutputStream(head.length() + preparation.payload().length() + 1);
        body.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        preparation.payload().writeTo(body);
        body.write('}');
        return body.toByteArray();
    }

    private static PrepareAnswer vote(Preparation preparation, Answered answer) {
        try {
            if (answer.successful()) {
                return voted(preparation.asking(), answer);
            }
            if (refusesForGood(answer)) {
                return new PrepareAnswer.Voted(new Vote.No(refusal(answer)));
            }
        } catch (JacksonException | NullPointerException e) {
            LOG.warn("{} answered {} with something that is no vote", preparation.service(), preparation.asking(), e);
        }
        return new PrepareAnswer.Unsettled(said(answer));
    }

    private static PrepareAnswer voted(Asking asking, Answered answer) {
        return switch (asking) {
            case PREPARE, RUN ->
                new PrepareAnswer.Voted(answer.body().as(PrepareReply.class).toVote());
            case TRY ->
                switch (answer.body().as(TryReply.class).toAnswer()) {
                    case TryAnswer.Reserved(var holds) -> new PrepareAnswer.Voted(new Vote.Yes(), holds);
                    case TryAnswer.Nothing _ -> new PrepareAnswer.Voted(new Vote.ReadOnly());
                    case TryAnswer.Refused(var refusal) -> new PrepareAnswer.Voted(new Vote.No(refusal));
                };
        };
    }

    static boolean refusesForGood(Answered answer) {
        return answer.refused() && !ASK_AGAIN.contains(answer.status());
    }

    static Refusal refusal(Answered answer) {
        JsonNode problem;
        try {
            problem = answer.body().asTree();
        } catch (JacksonException e) {
            problem = null;
        }
        if (problem == null || !problem.isObject()) {
            return Refusal.of("refused", "The service refused the branch with status %d.".formatted(answer.status()));
        }
        var figures = new LinkedHashMap<String, String>();
        for (var property : problem.properties()) {
            if (!STANDARD.contains(property.getKey()) && property.getValue().isValueNode()) {
                figures.put(property.getKey(), property.getValue().asString());
            }
        }
        int errors = 0;
        for (var error : problem.path("errors")) {
            if (errors++ < MOST_ERRORS) {
                figures.put(
                        error.path("field").asString("payload"),
                        error.path("rule").asString("is not valid"));
            }
        }
        return new Refusal(
                problem.path("code").asString("refused"),
                problem.path("detail")
                        .asString("The service refused the branch with status %d.".formatted(answer.status())),
                figures);
    }

    @Override
    public FinishAnswer finish(String service, Finish how, List<BranchId> branches) {
        return tell(service, how, body(branches));
    }

    private FinishAnswer tell(String service, Finish how, byte[] body) {
        if (!client.knows(service)) {
            return new FinishAnswer.Unanswered("no service '%s' is configured".formatted(service));
        }
        var request =
                ServiceRequest.post(BRANCHES + verb(how), body).asRepeatable().within(finishPatience);
        return switch (client.call(service, request)) {
            case Answered answered -> results(service, how, answered);
            case NotSent notSent -> new FinishAnswer.Unanswered(notSent.reason());
            case Unanswered unanswered -> new FinishAnswer.Unanswered(unanswered.reason());
        };
    }

    private static String verb(Finish how) {
        return switch (how) {
            case COMMIT -> "commit";
            case ABORT -> "rollback";
            case CONFIRM -> "confirm";
            case CANCEL -> "cancel";
            case SETTLE -> "settle";
        };
    }

    private static byte[] body(List<BranchId> branches) {
        var body = new StringBuilder(12 + 100 * branches.size()).append("{\"gids\":[");
        for (var branch : branches) {
            body.append('"').append(branch.gid()).append("\",");
        }
        body.setLength(body.length() - 1);
        return body.append("]}").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static FinishAnswer results(String service, Finish how, Answered answer) {
        if (!answer.successful()) {
            return new FinishAnswer.Unanswered(said(answer));
        }
        try {
            return new FinishAnswer.Answered(results(how, answer));
        } catch (JacksonException | NullPointerException e) {
            LOG.warn("{} answered a decision with something that is no confirmation", service, e);
            return new FinishAnswer.Unanswered(said(answer));
        }
    }

    private static List<Settled> results(Finish how, Answered answer) {
        return switch (how) {
            case COMMIT, ABORT, SETTLE ->
                answer.body().as(FinishReply.class).results().stream()
                        .map(one -> new Settled(one.gid(), one.result(), null, one.detail()))
                        .toList();
            case CONFIRM, CANCEL -> answer.body().as(SettleReply.class).results();
        };
    }

    @Override
    public SagaAnswer step(StepCall call) {
        return steps.ask(call);
    }

    @Override
    public SiteAnswer ask(String service, BranchId branch, Request request) {
        if (!client.knows(service)) {
            return new SiteAnswer.Silent("no service '%s' is configured".formatted(service));
        }
        var post = switch (request) {
            case Request.Elect(var election) ->
                ServiceRequest.post(
                        BRANCHES + "elect",
                        JSON.writeValueAsBytes(new ElectRequest(branch.gid(), ElectionNumber.of(election))));
            case Request.Attempt(var election, var outcome) -> {
                var decided = DecidedOutcome.of(outcome);
                yield ServiceRequest.post(
                        BRANCHES + "attempt",
                        JSON.writeValueAsBytes(new AttemptRequest(
                                branch.gid(), ElectionNumber.of(election), decided.decision(), decided.sealed())));
            }
            case Request.TimedOut _ -> throw new IllegalArgumentException("nobody asks that");
        };
        return switch (client.call(service, post.asRepeatable().within(finishPatience))) {
            case Answered answered -> said(service, branch, request, answered);
            case NotSent notSent -> new SiteAnswer.Silent(notSent.reason());
            case Unanswered unanswered -> new SiteAnswer.Silent(unanswered.reason());
        };
    }

    private static SiteAnswer said(String service, BranchId branch, Request request, Answered answer) {
        if (!answer.successful() && answer.status() != STALE_ELECTION) {
            return new SiteAnswer.Silent(said(answer));
        }
        try {
            return new SiteAnswer.Said(
                    answer.body().as(SiteReply.class).toInput(new Site.Branch(branch), election(request)));
        } catch (JacksonException | NullPointerException | IllegalArgumentException e) {
            LOG.warn("{} answered for a site with something that is no answer", service, e);
            return new SiteAnswer.Silent(said(answer));
        }
    }

    private static Election election(Request request) {
        return switch (request) {
            case Request.Elect(var election) -> election;
            case Request.Attempt(var election, var _) -> election;
            case Request.TimedOut _ -> throw new IllegalArgumentException("in no election");
        };
    }

    @Override
    public FinishAnswer tell(String service, Finish how, Map<BranchId, Outcome> outcomes) {
        var gids = outcomes.keySet().stream().map(BranchId::gid).toList();
        var decided = new LinkedHashMap<String, DecidedOutcome>();
        outcomes.forEach((branch, outcome) -> decided.put(branch.gid(), DecidedOutcome.of(outcome)));
        return tell(service, how, JSON.writeValueAsBytes(new FinishRequest(gids, decided)));
    }

    static String said(ServiceAnswer.Answered answer) {
        var text = answer.body().asText();
        return "%s: status %d %s"
                .formatted(
                        answer.instance(),
                        answer.status(),
                        text.length() > 200 ? text.substring(0, 200) + "..." : text);
    }
}
