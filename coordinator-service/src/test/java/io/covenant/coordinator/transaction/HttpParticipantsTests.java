package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.Participants.Preparation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Participants.SiteAnswer;
import io.covenant.testing.ScriptedServer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.web.json.StrictJson;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceClientProperties;
import io.covenant.web.services.Topology;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is made of each answer, and of none: a vote only where there is one.
@Timeout(120)
class HttpParticipantsTests {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration BRIEF = Duration.ofSeconds(2);
    private static final TransactionId ID = new TransactionId(new UUID(1, 2));
    private static final BranchId FIRST = new BranchId(ID, new Attempt(7), "shelf");
    private static final BranchId SECOND = new BranchId(ID, new Attempt(8), "shelf");

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (var one : open) {
            one.close();
        }
    }

    @Test
    void castsTheVotesThatParticipantsGive() {
        assertThat(prepareAnswered(200, "{\"vote\":\"YES\"}")).isEqualTo(new PrepareAnswer.Voted(new Vote.Yes()));
        assertThat(prepareAnswered(200, "{\"vote\":\"READ_ONLY\"}"))
                .isEqualTo(new PrepareAnswer.Voted(new Vote.ReadOnly()));
        assertThat(prepareAnswered(
                        200, "{\"vote\":\"NO\",\"refusal\":{\"code\":\"out-of-stock\",\"detail\":\"None is left.\"}}"))
                .isEqualTo(new PrepareAnswer.Voted(new Vote.No(Refusal.of("out-of-stock", "None is left."))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"vote\":\"NO\"}", "{\"vote\":\"NO\",\"refusal\":{}}"})
    void takesANoWithoutAReasonForANo(String body) {
        assertThat(prepareAnswered(200, body))
                .isEqualTo(new PrepareAnswer.Voted(
                        new Vote.No(Refusal.of("unexplained", "The branch refused without a reason."))));
    }

    @Test
    void sendsThePayloadAsItCame() {
        var server = server(200, "{\"vote\":\"YES\"}");

        var _ = participants(server.address()).prepare(preparation("shelf"));

        assertThat(server.requests).singleElement().satisfies(request -> {
            assertThat(request.path()).isEqualTo("/internal/v1/branches/prepare");
            assertThat(request.header("X-Request-Id")).isEqualTo("r-1");
            assertThat(request.body())
                    .contains(
                            "\"gid\":\"" + FIRST.gid() + "\"",
                            "\"operation\":\"take\"",
                            "{\"sku\": \"a\",  \"n\":1.50}");
        });
    }

    @Test
    void takesAProblemForARefusalWithItsFigures() {
        var answer = prepareAnswered(409, """
                {"type":"https://covenant.io/problems/out-of-stock","title":"Out of stock","status":409,\
                "code":"out-of-stock","detail":"None is left.","requestId":"x","available":0,\
                "errors":[{"field":"lines[0]","rule":"is too much"}]}""");

        assertThat(answer)
                .isEqualTo(new PrepareAnswer.Voted(new Vote.No(new Refusal(
                        "out-of-stock", "None is left.", Map.of("available", "0", "lines[0]", "is too much")))));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 413, 422})
    void takesEveryOtherRefusalForANo(int status) {
        assertThat(prepareAnswered(status, "<html>no</html>"))
                .isEqualTo(new PrepareAnswer.Voted(new Vote.No(
                        Refusal.of("refused", "The service refused the branch with status %d.".formatted(status)))));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void asksAgainWhereNothingIsSettled(int status) {
        assertThat(prepareAnswered(status, "{\"code\":\"branch-unknown\"}"))
                .isInstanceOf(PrepareAnswer.Unsettled.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "{\"vote\":\"PERHAPS\"}", "{\"vote\":null}", "{\"vote\":\"YES\""})
    void takesNothingForAVoteThatIsNone(String body) {
        assertThat(prepareAnswered(200, body)).isInstanceOf(PrepareAnswer.Unsettled.class);
    }

    @Test
    void doesNotKnowWhatBecameOfAVoteThatIsLostOnTheWire() {
        var server = server((_, connection) -> connection.reset());

        assertThat(participants(server.address()).prepare(preparation("shelf")))
                .isInstanceOf(PrepareAnswer.Unsettled.class);
    }

    @Test
    void hearsTheVoteFromAnotherInstanceWhenTheFirstOneLosesIt() {
        var dying = server((_, connection) -> connection.reset());
        var other = server(200, "{\"vote\":\"YES\"}");
        var participants = participants(dying.address(), other.address());

        // Either may be asked first.
        int times = 0;
        while (dying.requests.isEmpty() && times < 100) {
            assertThat(participants.prepare(preparation("shelf"))).isEqualTo(new PrepareAnswer.Voted(new Vote.Yes()));
            times++;
        }

        assertThat(dying.requests).hasSize(1);
        assertThat(other.requests).hasSize(times);
    }

    @Test
    void doesNotKnowWhatBecomesOfAVoteThatDoesNotCome() {
        var server = server((_, _) -> Thread.sleep(60_000));

        assertThat(participants(server.address()).prepare(preparation("shelf", Asking.PREPARE, BRIEF)))
                .isInstanceOf(PrepareAnswer.Unsettled.class);
    }

    @Test
    void knowsWhenNothingWasSent() {
        var participants = participants(ScriptedServer.nobody());

        assertThat(participants.prepare(preparation("shelf"))).isInstanceOf(PrepareAnswer.NotSent.class);
        assertThat(participants.prepare(preparation("nowhere")))
                .isEqualTo(new PrepareAnswer.NotSent("no service 'nowhere' is configured"));
        assertThat(participants.knows("nowhere")).isFalse();
    }

    @Test
    void tellsManyBranchesByOneRequest() {
        var server = server(
                200,
                "{\"results\":[{\"gid\":\"%s\",\"result\":\"DONE\"},{\"gid\":\"%s\",\"result\":\"HAZARD\",\"detail\":\"gone\"}]}"
                        .formatted(FIRST.gid(), SECOND.gid()));

        var answer = participants(server.address()).finish("shelf", Finish.COMMIT, List.of(FIRST, SECOND));

        assertThat(answer)
                .isEqualTo(new FinishAnswer.Answered(
                        List.of(Settled.done(FIRST.gid()), new Settled(SECOND.gid(), Result.HAZARD, null, "gone"))));
        assertThat(server.requests)
                .singleElement()
                .satisfies(request -> assertThat(request.path()).isEqualTo("/internal/v1/branches/commit"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 500, 503})
    void takesNoFailureForAConfirmation(int status) {
        var server = server(status, "{}");

        assertThat(participants(server.address()).finish("shelf", Finish.ABORT, List.of(FIRST)))
                .isInstanceOf(FinishAnswer.Unanswered.class);
        assertThat(server.requests)
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.path()).isEqualTo("/internal/v1/branches/rollback"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "[]", "{\"results\":null}", "{\"results\":[{\"gid\":\"x\",\"result\":\"FINE\"}]}"})
    void takesNothingForAConfirmationThatIsNone(String body) {
        assertThat(participants(server(200, body).address()).finish("shelf", Finish.COMMIT, List.of(FIRST)))
                .isInstanceOf(FinishAnswer.Unanswered.class);
    }

    @Test
    void reservesAndKnowsForHowLong() {
        var server = server(200, "{\"answer\":\"RESERVED\",\"holdsMillis\":1500}");

        assertThat(participants(server.address()).prepare(preparation("shelf", Asking.TRY)))
                .isEqualTo(new PrepareAnswer.Voted(new Vote.Yes(), Duration.ofMillis(1500)));
        assertThat(server.requests)
                .singleElement()
                .satisfies(request -> assertThat(request.path()).isEqualTo("/internal/v1/branches/try"));
    }

    @Test
    void takesARefusedTryForARefusalAndOneWithoutAnythingForReadOnly() {
        assertThat(
                        tried(
                                200,
                                "{\"answer\":\"REFUSED\",\"refusal\":{\"code\":\"out-of-stock\",\"detail\":\"None is left.\"}}"))
                .isEqualTo(new PrepareAnswer.Voted(new Vote.No(Refusal.of("out-of-stock", "None is left."))));
        assertThat(tried(200, "{\"answer\":\"NOTHING\"}")).isEqualTo(new PrepareAnswer.Voted(new Vote.ReadOnly()));
        assertThat(tried(400, "{\"code\":\"unsupported-protocol\",\"detail\":\"It cannot be tried.\"}"))
                .isEqualTo(new PrepareAnswer.Voted(
                        new Vote.No(Refusal.of("unsupported-protocol", "It cannot be tried."))));
        assertThat(tried(425, "{\"code\":\"branch-ongoing\"}")).isInstanceOf(PrepareAnswer.Unsettled.class);
        assertThat(tried(200, "{\"vote\":\"YES\"}")).isInstanceOf(PrepareAnswer.Unsettled.class);
    }

    @Test
    void confirmsAndCancelsWhatIsReserved() {
        var server = server(
                200,
                "{\"results\":[{\"gid\":\"%s\",\"result\":\"HAZARD\",\"finding\":\"RESERVATION_GONE\",\"detail\":\"gone\"}]}"
                        .formatted(FIRST.gid()));

        assertThat(participants(server.address()).finish("shelf", Finish.CONFIRM, List.of(FIRST)))
                .isEqualTo(new FinishAnswer.Answered(
                        List.of(Settled.hazard(FIRST.gid(), Finding.RESERVATION_GONE, "gone"))));
        participants(server.address()).finish("shelf", Finish.CANCEL, List.of(FIRST));
        assertThat(server.requests)
                .extracting(ScriptedServer.Request::path)
                .containsExactly("/internal/v1/branches/confirm", "/internal/v1/branches/cancel");
    }

    private PrepareAnswer tried(int status, String body) {
        return participants(server(status, body).address()).prepare(preparation("shelf", Asking.TRY));
    }

    private PrepareAnswer prepareAnswered(int status, String body) {
        return participants(server(status, body).address()).prepare(preparation("shelf"));
    }

    @Test
    void hearsOfTheHigherElectionThatAStaleOneIsRefusedFor() {
        var server = server(412, """
                {"type":"https://covenant.io/problems/stale-election","title":"Stale election","status":412,"code":"stale-election",\
                "detail":"Too late.","answer":"REFUSED","standing":{"lastElected":{"round":3,"by":9},\
                "lastAttempt":{"round":0,"by":0},"position":"WAITING","sealed":[]}}""");
        var election = new Election(2, 1);

        var answer = participants(server.address()).ask("shelf", FIRST, new Request.Elect(election));

        assertThat(answer)
                .isEqualTo(new SiteAnswer.Said(new Input.Refused(
                        new Site.Branch(FIRST),
                        election,
                        new Standing(
                                new Election(3, 9),
                                Election.NONE,
                                Standing.Position.WAITING,
                                Collections.emptySortedSet()))));
    }

    @Test
    void hearsNothingOfASiteThatFails() {
        var server = server(503, "{\"code\":\"branch-unknown\"}");

        assertThat(participants(server.address()).ask("shelf", FIRST, new Request.Elect(new Election(2, 1))))
                .isInstanceOf(SiteAnswer.Silent.class);
    }

    private static Preparation preparation(String service) {
        return preparation(service, Asking.PREPARE);
    }

    private static Preparation preparation(String service, Asking asking) {
        return preparation(service, asking, PATIENCE);
    }

    private static Preparation preparation(String service, Asking asking, Duration patience) {
        return new Preparation(
                asking,
                FIRST,
                service,
                "take",
                "",
                Payload.of("{\"sku\": \"a\",  \"n\":1.50}"),
                Duration.ofSeconds(30),
                patience,
                "r-1");
    }

    private Participants participants(URI... instances) {
        var client = new ServiceClient(
                new Topology("coordinator-1", Map.of("shelf", List.of(instances))),
                ServiceClientProperties.defaults(),
                StrictJson.mapper());
        open.add(client);
        return Participants.overHttp(client, PATIENCE);
    }

    private ScriptedServer server(int status, String body) {
        return server((_, connection) ->
                connection.say("HTTP/1.1 %d Status\nContent-Type: application/json\nContent-Length: %d\n\n%s"
                        .formatted(status, body.getBytes(StandardCharsets.UTF_8).length, body)));
    }

    private ScriptedServer server(ScriptedServer.Script script) {
        var server = new ScriptedServer(script);
        open.add(server);
        return server;
    }
}
