package io.covenant.transactions.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.transactions.participant.FakeCoordinator;
import io.covenant.transactions.participant.FakeCoordinator.Reply;
import io.covenant.transactions.participant.Http;
import io.covenant.web.json.StrictJson;
import io.covenant.web.problem.Problem;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/// A shop declares a transaction; what belongs to it at another service, that service says.
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class DeclaredTransactionsTests {

    private static final String COMMITTED = "\"state\":\"COMMITTED\",\"outcome\":\"COMMITTED\",\"refusal\":null";
    private static final String ABORTED = """
            "state":"ABORTED","outcome":"ABORTED","refusal":
              {"branch":"shipping","code":"too-heavy","detail":"No cart takes it.","parameters":{"most":"30"}}""";

    record Parcel(String address, BigDecimal weight) {}

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Parcels.class)
    static class Shipping {}

    @RestController
    static class Parcels {

        private final CurrentTransaction current;

        Parcels(CurrentTransaction current) {
            this.current = current;
        }

        @GlobalTransactional(name = "send-parcel")
        @PostMapping("/internal/parcels")
        public void inside(@RequestBody Parcel parcel) {
            if (parcel.address().isEmpty()) {
                throw Problem.of(HttpStatus.CONFLICT, "no-address", "Where to?").asException();
            }
            current.say(draft -> draft.branch("shipping", "send", parcel)
                    .compensatedBy("call-back")
                    .attempts(7));
        }

        @GlobalTransactional(name = "send-parcel")
        @PostMapping("/api/parcels")
        public void outside(@RequestBody Parcel parcel) {
            inside(parcel);
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import({Shop.class, Till.class, Ears.class})
    static class Ordering {}

    interface Saying {
        void run(CurrentTransaction current);
    }

    @Component
    static class Shop {

        private final CurrentTransaction current;

        Shop(CurrentTransaction current) {
            this.current = current;
        }

        @GlobalTransactional(name = "place-order", protocol = CommitProtocol.SAGA, deadlineMillis = 20_000)
        public String place(Saying order) {
            order.run(current);
            return "placed";
        }

        @GlobalTransactional
        public void placeInAHurry(Saying order) {
            order.run(current);
        }
    }

    @Component
    static class Till {

        private final CurrentTransaction current;

        Till(CurrentTransaction current) {
            this.current = current;
        }

        @GlobalTransactional(name = "charge")
        public void charge(String customer) {
            current.say(draft -> draft.branch("payments", "charge", customer));
            if (customer.isEmpty()) {
                throw new IllegalArgumentException("whom?");
            }
        }
    }

    @Component
    static class Ears {

        private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

        @EventListener
        void on(Outcome outcome) {
            outcomes.add(outcome);
            throw new IllegalStateException("a listener that fails");
        }
    }

    private final List<JsonNode> runs = new CopyOnWriteArrayList<>();
    private final List<@Nullable String> heardByAStranger = new CopyOnWriteArrayList<>();
    private final AtomicReference<String> answer = new AtomicReference<>(COMMITTED);
    private final FakeCoordinator coordinator = new FakeCoordinator(this::answer);
    private final HttpClient client = HttpClient.newHttpClient();
    private ConfigurableApplicationContext shipping;
    private ConfigurableApplicationContext ordering;

    @BeforeAll
    void start() {
        shipping = start(Shipping.class);
        ordering = start(Ordering.class, "covenant.services.shipping=" + address());
    }

    private ConfigurableApplicationContext start(Class<?> application, String... more) {
        return new SpringApplicationBuilder(application)
                .properties(
                        "server.port=0",
                        "spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
                        "covenant.services.coordinator=" + coordinator.address())
                .properties(more)
                .run();
    }

    @BeforeEach
    void quiet() {
        runs.clear();
        heardByAStranger.clear();
        answer.set(COMMITTED);
        ordering.getBean(Ears.class).outcomes.clear();
    }

    @AfterAll
    void stop() {
        ordering.close();
        shipping.close();
        coordinator.close();
    }

    private Reply answer(String request, String body) {
        if (request.startsWith("POST /api/v1/transactions")) {
            var run = StrictJson.mapper().readTree(body);
            runs.add(run);
            return new Reply(200, """
                {"id":"%s","name":"x","protocol":"SAGA",%s,"deadline":"2026-01-01T00:00:00Z","owner":"c-1","attempt":"1",
                 "branches":[],"timeline":[],"createdAt":"2026-01-01T00:00:00Z"}
                """.formatted(run.path("id").asString(), answer.get()));
        }
        return new Reply(503, "{}");
    }

    private String address() {
        return "http://127.0.0.1:" + shipping.getEnvironment().getRequiredProperty("local.server.port");
    }

    private String place(Saying order) {
        return ordering.getBean(Shop.class).place(order);
    }

    private void send(String path, String address, String weight) {
        ordering.getBean(RestClient.Builder.class)
                .build()
                .post()
                .uri(address() + path)
                .body(new Parcel(address, new BigDecimal(weight)))
                .retrieve()
                .toBodilessEntity();
    }

    @Test
    void runsWhatTheMethodHasSaidWhenItHasReturned() {
        var id = UUID.randomUUID();

        var placed = place(current -> {
            current.say(draft -> draft.id(id).branch("orders", "create", "an order"));
            assertThat(current.id().value()).isEqualTo(id);
            assertThat(runs).isEmpty();
        });

        assertThat(placed).isEqualTo("placed");
        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.path("id").asString()).isEqualTo(id.toString());
            assertThat(run.path("name").asString()).isEqualTo("place-order");
            assertThat(run.path("protocol").asString()).isEqualTo("SAGA");
            assertThat(run.path("deadlineMillis").asLong()).isEqualTo(20_000);
            assertThat(run.at("/branches/0/operation").asString()).isEqualTo("create");
        });
    }

    @Test
    void isNamedAfterItsMethodAndAsUsualUnlessSaid() {
        ordering.getBean(Shop.class).placeInAHurry(current -> current.say(draft -> draft.branch("a", "b", "c")));

        assertThat(runs.getFirst().path("name").asString()).isEqualTo("place-in-a-hurry");
        assertThat(runs.getFirst().path("protocol").asString()).isEqualTo("TWO_PHASE");
        assertThat(runs.getFirst().path("deadlineMillis").asLong()).isEqualTo(3_000);
    }

    @Test
    void runsNothingWhenTheMethodThrowsOrSaysNothing() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> place(current -> {
                    current.say(draft -> draft.branch("orders", "create", "an order"));
                    throw new IllegalStateException("changed my mind");
                }));
        assertThat(place(_ -> {})).isEqualTo("placed");

        assertThat(runs).isEmpty();
    }

    @Test
    void runsWhatCalledServicesSayInTheSameTransaction() {
        place(current -> {
            current.say(draft -> draft.branch("orders", "create", "an order"));
            send("/internal/parcels", "Elm Street", "12.50");
            assertThat(runs).isEmpty();
        });

        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.path("branches")).hasSize(2);
            assertThat(run.at("/branches/1/service").asString()).isEqualTo("shipping");
            assertThat(run.at("/branches/1/payload").toString())
                    .isEqualTo("{\"address\":\"Elm Street\",\"weight\":12.50}");
            assertThat(run.at("/branches/1/compensation").asString()).isEqualTo("call-back");
            assertThat(run.at("/branches/1/retries/attempts").asInt()).isEqualTo(7);
        });
    }

    @Test
    void runsNothingOfACalledServiceThatRefuses() {
        assertThatExceptionOfType(HttpClientErrorException.class)
                .isThrownBy(() -> place(_ -> send("/internal/parcels", "", "1")));

        assertThat(runs).isEmpty();
    }

    @Test
    void runsNothingWhereACalledServiceHasMoreToSayThanItsAnswerHolds() {
        assertThatExceptionOfType(HttpClientErrorException.class)
                .isThrownBy(() -> place(_ -> send("/internal/parcels", "far away ".repeat(600), "1")))
                .satisfies(refused -> {
                    assertThat(refused.getStatusCode().value()).isEqualTo(422);
                    assertThat(refused.getResponseBodyAsString()).contains("transaction-share-too-long", "6000");
                });

        assertThat(runs).isEmpty();
    }

    @Test
    void joinsNobodyFromOutside() throws Exception {
        var outside = parcel("/api/parcels", UUID.randomUUID().toString());

        assertThat(outside.statusCode()).isEqualTo(200);
        assertThat(outside.headers().map()).doesNotContainKey("covenant-branches");
        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.path("name").asString()).isEqualTo("send-parcel");
            assertThat(run.path("branches")).hasSize(1);
        });
    }

    @Test
    void refusesTheIdOfNoTransaction() throws Exception {
        var answer = parcel("/internal/parcels", "seven");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(StrictJson.mapper()
                        .readTree(answer.body())
                        .at("/errors/0/field")
                        .asString())
                .isEqualTo("Covenant-Transaction");
        assertThat(runs).isEmpty();
    }

    private HttpResponse<String> parcel(String path, String transaction) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(address() + path))
                        .header("Content-Type", "application/json")
                        .header("Covenant-Transaction", transaction)
                        .POST(BodyPublishers.ofString("{\"address\":\"Elm Street\",\"weight\":1}"))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void tellsStrangersNothing() {
        try (var stranger = new FakeCoordinator((request, _) -> {
            heardByAStranger.add(request);
            return new Reply(200, "{}");
        })) {
            place(current -> {
                current.say(draft -> draft.branch("orders", "create", "an order"));
                var answered = ordering.getBean(RestClient.Builder.class)
                        .requestInterceptor((request, body, execution) -> {
                            heardByAStranger.add(request.getHeaders().getFirst("Covenant-Transaction"));
                            return execution.execute(request, body);
                        })
                        .build()
                        .post()
                        .uri(stranger.address() + "/internal/parcels")
                        .retrieve()
                        .toBodilessEntity();
                assertThat(answered.getStatusCode().value()).isEqualTo(200);
            });
        }

        assertThat(heardByAStranger).containsExactly(null, "POST /internal/parcels");
        assertThat(runs.getFirst().path("branches")).hasSize(1);
    }

    @Test
    void joinsMethodsThatItCallsAndNotWhatTheySaidBeforeTheyThrew() {
        var till = ordering.getBean(Till.class);

        place(current -> {
            till.charge("Ada");
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> till.charge(""));
            current.say(draft -> draft.branch("orders", "create", "an order"));
        });

        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.path("name").asString()).isEqualTo("place-order");
            assertThat(run.path("branches").findValuesAsString("service")).containsExactly("payments", "orders");
        });
    }

    @Test
    void throwsWhyItWasAborted() {
        answer.set(ABORTED);

        assertThatExceptionOfType(TransactionAbortedException.class)
                .isThrownBy(() -> place(current -> current.say(draft -> draft.branch("shipping", "send", "a whale"))))
                .satisfies(aborted -> {
                    assertThat(aborted.branch()).isEqualTo("shipping");
                    assertThat(aborted.refusal().code()).isEqualTo("too-heavy");
                    assertThat(aborted.problem().status()).isEqualTo(HttpStatus.CONFLICT);
                    assertThat(aborted.problem().code()).isEqualTo("too-heavy");
                    assertThat(aborted.problem().properties())
                            .containsEntry("most", "30")
                            .containsEntry("transaction", aborted.id().toString());
                });
    }

    @Test
    void throwsThatNobodyCouldTell() {
        answer.set("\"state\":\"VOTING\",\"outcome\":null,\"refusal\":null");

        assertThatExceptionOfType(TransactionInDoubtException.class)
                .isThrownBy(() -> ordering.getBean(Shop.class)
                        .placeInAHurry(current -> current.say(draft ->
                                draft.deadline(java.time.Duration.ofMillis(50)).branch("a", "b", "c"))))
                .satisfies(doubt -> {
                    assertThat(doubt.problem().status()).isEqualTo(HttpStatus.ACCEPTED);
                    assertThat(doubt.problem().properties())
                            .containsEntry("transaction", doubt.id().toString());
                });
    }

    @Test
    void declaresNothingInsideOfADatabaseTransaction() {
        TransactionSynchronizationManager.setActualTransactionActive(true);
        try {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> place(current -> current.say(draft -> draft.branch("a", "b", "c"))))
                    .withMessageContaining("inside of a database transaction");
        } finally {
            TransactionSynchronizationManager.clear();
        }
        assertThat(runs).isEmpty();
    }

    @Test
    void losesNothingThatAnotherThreadSaysWithoutAWord() {
        var failure = new AtomicReference<@Nullable Throwable>();

        place(current -> {
            var other = Thread.ofVirtual()
                    .uncaughtExceptionHandler((_, thrown) -> failure.set(thrown))
                    .start(() -> current.say(draft -> draft.branch("a", "b", "c")));
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(failure.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("on this thread");
        assertThat(ordering.getBean(CurrentTransaction.class).isDeclared()).isFalse();
    }

    @Test
    void publishesAndCountsOutcomesWhateverListenersDo() {
        place(current -> current.say(draft -> draft.branch("orders", "create", "an order")));

        assertThat(ordering.getBean(Ears.class).outcomes).singleElement().isInstanceOf(Outcome.Committed.class);
        assertThat(Http.metrics(ordering))
                .contains("covenant_transactions_run_seconds_count{outcome=\"committed\",protocol=\"saga\"}");
    }
}
