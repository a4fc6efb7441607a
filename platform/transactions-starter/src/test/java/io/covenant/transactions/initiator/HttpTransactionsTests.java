package io.covenant.transactions.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.participant.FakeCoordinator;
import io.covenant.transactions.participant.FakeCoordinator.Reply;
import io.covenant.web.json.StrictJson;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceClientProperties;
import io.covenant.web.services.Topology;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpTransactionsTests {

    private static final Duration BRIEF = Duration.ofSeconds(2);
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");

    private final TransactionId id = TransactionIds.next();
    private final List<AutoCloseable> closing = new ArrayList<>();

    record Order(String customer) {}

    @AfterEach
    void close() throws Exception {
        for (var one : closing.reversed()) {
            one.close();
        }
    }

    @Test
    void commits() {
        var bodies = new CopyOnWriteArrayList<String>();
        var coordinator = coordinator((_, body) -> {
            bodies.add(body);
            return new Reply(201, resource("COMMITTED", "\"COMMITTED\"", "null"));
        });

        assertThat(run(transactions(coordinator))).isEqualTo(new Outcome.Committed(id));
        assertThat(coordinator.requests()).containsExactly("POST /api/v1/transactions");
        var body = StrictJson.mapper().readTree(bodies.getFirst());
        assertThat(body.get("id").asString()).isEqualTo(id.toString());
        assertThat(body.get("name").asString()).isEqualTo("place-order");
        assertThat(body.get("deadlineMillis").asLong()).isEqualTo(20_000);
        assertThat(body.at("/branches/0/service").asString()).isEqualTo("orders");
        assertThat(body.at("/branches/0/operation").asString()).isEqualTo("create");
        assertThat(body.at("/branches/0/payload/customer").asString()).isEqualTo("Ada");
        assertThat(body.at("/branches/1/name").asString()).isEqualTo("shelf");
        assertThat(body.hasNonNull("inTurn")).isFalse();
        assertThat(body.get("protocol").asString()).isEqualTo("TWO_PHASE");
    }

    @Test
    void asksForAProtocol() {
        var bodies = new CopyOnWriteArrayList<String>();
        var coordinator = coordinator((_, body) -> {
            bodies.add(body);
            return new Reply(201, resource("COMMITTED", "\"COMMITTED\"", "null"));
        });

        transactions(coordinator)
                .named("x")
                .id(id)
                .branch("orders", "create", new Order("Ada"))
                .protocol(CommitProtocol.TCC)
                .run();

        assertThat(StrictJson.mapper()
                        .readTree(bodies.getFirst())
                        .get("protocol")
                        .asString())
                .isEqualTo("TCC");
    }

    @Test
    void asksForASagaWithItsStepsInOrder() {
        var bodies = new CopyOnWriteArrayList<String>();
        var coordinator = coordinator((_, body) -> {
            bodies.add(body);
            return new Reply(201, resource("COMMITTED", "\"COMMITTED\"", "null"));
        });

        transactions(coordinator)
                .named("x")
                .id(id)
                .protocol(CommitProtocol.SAGA)
                .branch("inventory", "reserve", new Order("Ada"))
                .compensatedBy("give-back")
                .branch("orders", "create", new Order("Ada"))
                .after("inventory")
                .pivot()
                .run();

        var steps = StrictJson.mapper().readTree(bodies.getFirst()).get("branches");
        assertThat(steps.at("/0/compensation").asString()).isEqualTo("give-back");
        assertThat(steps.at("/0/pivot").asBoolean(false)).isFalse();
        assertThat(steps.at("/1/after/0").asString()).isEqualTo("inventory");
        assertThat(steps.at("/1/pivot").asBoolean()).isTrue();
        assertThat(steps.get(1).hasNonNull("compensation")).isFalse();
    }

    @Test
    void saysHowOftenAStepIsTriedAndThatASagaOnlyGoesForward() {
        var bodies = new CopyOnWriteArrayList<String>();
        var coordinator = coordinator((_, body) -> {
            bodies.add(body);
            return new Reply(201, resource("COMMITTED", "\"COMMITTED\"", "null"));
        });

        transactions(coordinator)
                .named("x")
                .id(id)
                .protocol(CommitProtocol.SAGA)
                .onlyForward()
                .branch("inventory", "reserve", new Order("Ada"))
                .attempts(9)
                .delays(Duration.ofMillis(20), Duration.ofSeconds(2))
                .within(Duration.ofHours(3))
                .branch("orders", "create", new Order("Ada"))
                .run();

        var body = StrictJson.mapper().readTree(bodies.getFirst());
        assertThat(body.path("recovery").asString()).isEqualTo("FORWARD");
        assertThat(body.at("/branches/0/retries").toString())
                .isEqualTo("{\"attempts\":9,\"firstMillis\":20,\"mostMillis\":2000,\"withinMillis\":10800000}");
        assertThat(body.at("/branches/1").hasNonNull("retries")).isFalse();
    }

    @Test
    void saysNothingOfABranchThatIsNotThere() {
        assertThatThrownBy(() -> transactions(coordinator((_, _) -> new Reply(500, "")))
                        .named("x")
                        .compensatedBy("y"))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void namesProtocolsInKebabCase() {
        assertThat(CommitProtocol.of("two-phase")).contains(CommitProtocol.TWO_PHASE);
        assertThat(CommitProtocol.of("TWO_PHASE")).isEmpty();
        assertThat(CommitProtocol.values())
                .allSatisfy(protocol ->
                        assertThat(CommitProtocol.of(protocol.text())).contains(protocol));
    }

    @Test
    void abortsWithTheBranchAndItsReason() {
        var coordinator = coordinator(
                (_, _) -> new Reply(
                        200,
                        resource(
                                "ABORTED",
                                "\"ABORTED\"",
                                "{\"branch\":\"inventory\",\"code\":\"out-of-stock\",\"detail\":\"None left.\",\"parameters\":{\"sku\":\"A\"}}")));

        assertThat(run(transactions(coordinator)))
                .isEqualTo(new Outcome.Aborted(
                        id, new Refusal("out-of-stock", "None left.", Map.of("sku", "A")), "inventory"));
    }

    @Test
    void abortsWithoutABranchWhenNoneSaidWhy() {
        var coordinator = coordinator((_, _) -> new Reply(200, resource("ABORTED", "\"ABORTED\"", "null")));
        assertThat(run(transactions(coordinator))).isInstanceOfSatisfying(Outcome.Aborted.class, aborted -> {
            assertThat(aborted.branch()).isNull();
            assertThat(aborted.refusal().code()).isEqualTo("transaction-aborted");
        });
    }

    @Test
    void asksForBranchesInTurn() {
        var bodies = new CopyOnWriteArrayList<String>();
        var coordinator = coordinator((_, body) -> {
            bodies.add(body);
            return new Reply(201, resource("COMMITTED", "\"COMMITTED\"", "null"));
        });
        transactions(coordinator)
                .named("x")
                .inTurn()
                .branch("orders", "create", new Order("Ada"))
                .run();
        assertThat(bodies.getFirst()).contains("\"inTurn\":true");
    }

    @Test
    void takesAHazardForWhatWasDecided() {
        var coordinator = coordinator((_, _) -> new Reply(200, resource("HAZARD", "\"COMMITTED\"", "null")));
        assertThat(run(transactions(coordinator))).isEqualTo(new Outcome.Committed(id));
    }

    @Test
    void saysThatNotAllCanBeReadYet() {
        var coordinator = coordinator((_, _) -> new Reply(200, resource("COMMITTING", "\"COMMITTED\"", "null")));
        assertThat(run(transactions(coordinator))).isEqualTo(new Outcome.Committed(id, false));
    }

    @Test
    void asksTheNextCoordinatorWhenOneCannotBeReached() {
        var second = coordinator((_, _) -> new Reply(201, resource("COMMITTED", "\"COMMITTED\"", "null")));
        for (int i = 0; i < 4; i++) {
            assertThat(run(transactions(NOBODY, address(second)))).isEqualTo(new Outcome.Committed(id));
        }
    }

    @Test
    void runsTheSameAtTheNextCoordinatorWhenOneDiesOverIt() {
        // Nobody says which of the two is asked first: whichever it is dies of it, and stays dead.
        var dead = new AtomicReference<>("nobody");
        var bodies = new CopyOnWriteArrayList<String>();
        var pair = new ArrayList<FakeCoordinator>();
        for (var name : List.of("one", "other")) {
            pair.add(coordinator((_, body) -> {
                bodies.add(body);
                return dead.compareAndSet("nobody", name) || name.equals(dead.get())
                        ? new Reply(-1, "")
                        : new Reply(201, resource("COMMITTED", "\"COMMITTED\"", "null"));
            }));
        }

        assertThat(run(transactions(address(pair.getFirst()), address(pair.getLast()))))
                .isEqualTo(new Outcome.Committed(id));
        assertThat(pair).allSatisfy(each -> assertThat(each.requests()).isNotEmpty());
        assertThat(bodies).containsOnly(bodies.getFirst());
    }

    @Test
    void asksAgainWhileItIsUndecided() {
        var asked = new AtomicInteger();
        var coordinator = coordinator((_, _) -> asked.incrementAndGet() < 3
                ? new Reply(202, resource("VOTING", "null", "null"))
                : new Reply(200, resource("COMMITTED", "\"COMMITTED\"", "null")));
        assertThat(run(transactions(coordinator))).isEqualTo(new Outcome.Committed(id));
        assertThat(coordinator.requests())
                .containsOnly("POST /api/v1/transactions")
                .hasSize(3);
    }

    @Test
    void asksForTheOutcomeWhenTheDeadlineHasPassed() {
        var coordinator = coordinator((request, _) -> request.endsWith("/outcome?protocol=TWO_PHASE")
                ? new Reply(200, "{\"outcome\":\"ABORTED\"}")
                : new Reply(202, resource("VOTING", "null", "null")));
        assertThat(runInVain(transactions(coordinator)))
                .isInstanceOfSatisfying(
                        Outcome.Aborted.class,
                        aborted -> assertThat(aborted.branch()).isNull());
    }

    @Test
    void isInDoubtWhenNobodyTells() {
        var mute = coordinator((_, _) -> new Reply(-1, ""));
        long began = System.nanoTime();
        assertThat(runInVain(transactions(mute))).isEqualTo(new Outcome.InDoubt(id));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(BRIEF, Duration.ofSeconds(30));
    }

    @Test
    void neverTakesAnUnknownErrorForAnOutcome() {
        var broken = coordinator((_, _) -> new Reply(500, "{\"code\":\"internal-error\",\"detail\":\"?\"}"));
        assertThat(runInVain(transactions(broken))).isEqualTo(new Outcome.InDoubt(id));
        var garbled = coordinator((_, _) -> new Reply(200, "hello"));
        assertThat(runInVain(transactions(garbled))).isEqualTo(new Outcome.InDoubt(id));
    }

    // Nothing ran.

    @Test
    void saysThatNothingBeganWhenNoCoordinatorIsThere() {
        assertThatExceptionOfType(CoordinatorUnavailableException.class)
                .isThrownBy(() -> run(transactions(NOBODY, NOBODY)))
                .satisfies(down -> {
                    assertThat(down.id()).isEqualTo(id);
                    assertThat(down.problem().status().value()).isEqualTo(503);
                    assertThat(down.problem().retryAfter()).isNotNull();
                });
    }

    @Test
    void saysThatNothingBeganWhenTheCoordinatorSaysSo() {
        var full = coordinator(
                (_, _) -> new Reply(503, "{\"code\":\"too-many-transactions\",\"detail\":\"Come back later.\"}"));
        assertThatExceptionOfType(CoordinatorUnavailableException.class).isThrownBy(() -> run(transactions(full)));
    }

    @Test
    void doesNotSaySoWhenAnEarlierRequestMayHaveArrived() {
        var asked = new AtomicInteger();
        var dying = coordinator((_, _) -> asked.incrementAndGet() == 1
                ? new Reply(-1, "")
                : new Reply(503, "{\"code\":\"register-unavailable\",\"detail\":\"?\"}"));
        assertThat(runInVain(transactions(dying))).isEqualTo(new Outcome.InDoubt(id));
    }

    @Test
    void doesNotSaySoWhenAnotherCoordinatorMayHaveBegun() {
        var dying = coordinator((_, _) -> new Reply(-1, ""));
        var full = coordinator(
                (_, _) -> new Reply(503, "{\"code\":\"too-many-transactions\",\"detail\":\"Come back later.\"}"));
        var outcomes = new ArrayList<Object>();
        var transactions = transactions(address(dying), address(full));
        // Either may be asked first.
        for (int i = 0; i < 100 && !outcomes.contains(new Outcome.InDoubt(id)); i++) {
            try {
                outcomes.add(runInVain(transactions));
            } catch (CoordinatorUnavailableException neverSent) {
                outcomes.add(neverSent.id());
            }
        }
        // Only who was told first that nothing began may say so.
        assertThat(outcomes).contains(new Outcome.InDoubt(id));
        assertThat(outcomes).isSubsetOf(new Outcome.InDoubt(id), id);
    }

    @Test
    void passesOnThatTheTransactionIsRejected() {
        var strict = coordinator(
                (_, _) -> new Reply(422, "{\"code\":\"idempotency-key-reused\",\"detail\":\"Another body.\"}"));
        assertThatExceptionOfType(TransactionRejectedException.class)
                .isThrownBy(() -> run(transactions(strict)))
                .satisfies(rejected -> assertThat(rejected.code()).isEqualTo("idempotency-key-reused"));
    }

    @Test
    void refusesADeadlineInThePast() {
        var transactions = transactions(NOBODY);
        assertThatThrownBy(() -> transactions.named("x").deadline(Duration.ZERO))
                .hasMessageContaining("lies ahead");
    }

    // Asking later.

    @Test
    void tellsTheOutcomeWithItsReason() {
        var coordinator = coordinator(
                (_, _) -> new Reply(
                        200,
                        resource(
                                "ABORTED",
                                "\"ABORTED\"",
                                "{\"branch\":\"orders\",\"code\":\"unknown-customer\",\"detail\":\"Who?\",\"parameters\":{}}")));
        assertThat(transactions(coordinator).outcomeOf(id, null))
                .isEqualTo(new Outcome.Aborted(id, Refusal.of("unknown-customer", "Who?"), "orders"));
        assertThat(coordinator.requests()).containsExactly("GET /api/v1/transactions/" + id);
    }

    @Test
    void letsTheCoordinatorDecideWhatNobodyHasHeardOf() {
        var coordinator = coordinator((request, _) -> request.endsWith("/outcome")
                ? new Reply(200, "{\"outcome\":\"ABORTED\"}")
                : new Reply(404, "{\"code\":\"unknown-transaction\",\"detail\":\"?\"}"));
        assertThat(transactions(coordinator).outcomeOf(id, null)).isInstanceOf(Outcome.Aborted.class);
    }

    @Test
    void isInDoubtWhileItIsUndecidedOrNobodyAnswers() {
        var coordinator = coordinator((request, _) -> request.endsWith("/outcome")
                ? new Reply(200, "{\"outcome\":\"UNDECIDED\",\"retryAfterMillis\":100}")
                : new Reply(200, resource("VOTING", "null", "null")));
        assertThat(transactions(coordinator).outcomeOf(id, null)).isEqualTo(new Outcome.InDoubt(id));
        assertThat(transactions(NOBODY).outcomeOf(id, null)).isEqualTo(new Outcome.InDoubt(id));
    }

    /// With more time than any answer takes.
    private Outcome run(Transactions transactions) {
        return run(transactions, Duration.ofSeconds(20));
    }

    /// Until there is no time left.
    private Outcome runInVain(Transactions transactions) {
        return run(transactions, BRIEF);
    }

    private Outcome run(Transactions transactions, Duration deadline) {
        return transactions
                .named("place-order")
                .id(id)
                .deadline(deadline)
                .branch("orders", "create", new Order("Ada"))
                .branch("shelf", "inventory", "reserve", new Order("Ada"))
                .run();
    }

    private String resource(String state, String outcome, String refusal) {
        return """
                {"id":"%s","name":"place-order","protocol":"TWO_PHASE","state":"%s","outcome":%s,"refusal":%s,
                 "deadline":"2026-01-01T00:00:00Z","owner":"coordinator-1","attempt":"a","branches":[],"timeline":[],
                 "createdAt":"2026-01-01T00:00:00Z","decidedAt":null,"finishedAt":null,"newInALaterVersion":1}
                """.formatted(id, state, outcome, refusal);
    }

    private FakeCoordinator coordinator(FakeCoordinator.Script script) {
        var coordinator = new FakeCoordinator(script);
        closing.add(coordinator);
        return coordinator;
    }

    private static URI address(FakeCoordinator coordinator) {
        return URI.create(coordinator.address());
    }

    private Transactions transactions(FakeCoordinator coordinator) {
        return transactions(address(coordinator));
    }

    private Transactions transactions(URI... coordinators) {
        var services = new ServiceClient(
                new Topology("test", Map.of("coordinator", List.of(coordinators))),
                ServiceClientProperties.defaults(),
                StrictJson.mapper());
        closing.add(services);
        return new HttpTransactions(services, new InitiatorProperties("coordinator", Duration.ofSeconds(2)));
    }
}
