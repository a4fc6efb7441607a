package io.covenant.orders.order.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.orders.RunningOrders;
import io.covenant.transactions.initiator.CommitProtocol;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

/// What the order service refuses by itself, before anybody else is asked.
class OrderRefusalTests extends RunningOrders {

    @Autowired
    private JdbcTemplate database;

    @BeforeEach
    void beginsWithoutPlacements() {
        database.update("delete from placement");
    }

    @Test
    void describesItself() {
        http().get()
                .uri("/v3/api-docs")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.paths['/api/v1/orders'].post.responses.202")
                .exists()
                .jsonPath("$.paths['/api/v1/orders/{id}/cancel'].post")
                .exists()
                .jsonPath("$.paths['/api/v1/customers/{id}'].put")
                .exists()
                .jsonPath("$.paths['/internal/v1/branches/prepare']")
                .doesNotExist()
                .jsonPath("$.components.schemas.LineView.properties.unitPrice")
                .exists()
                .jsonPath("$.components.schemas.Limit")
                .doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"lines": [{"sku": "A", "quantity": 1}]}                                                   | customer
            {"customer": null, "lines": [{"sku": "A", "quantity": 1}]}                                 | customer
            {"customer": "", "lines": [{"sku": "A", "quantity": 1}]}                                   | customer
            {"customer": 7, "lines": [{"sku": "A", "quantity": 1}]}                                    | customer
            {"customer": "a\\u0000b", "lines": [{"sku": "A", "quantity": 1}]}                          | customer
            {"customer": "ada"}                                                                        | lines
            {"customer": "ada", "lines": null}                                                         | lines
            {"customer": "ada", "lines": []}                                                           | lines
            {"customer": "ada", "lines": {}}                                                           | lines
            {"customer": "ada", "lines": [null]}                                                       | lines[0]
            {"customer": "ada", "lines": [{"quantity": 1}]}                                            | lines[0].sku
            {"customer": "ada", "lines": [{"sku": "", "quantity": 1}]}                                 | lines[0].sku
            {"customer": "ada", "lines": [{"sku": "A B", "quantity": 1}]}                              | lines[0].sku
            {"customer": "ada", "lines": [{"sku": "A&sku=B", "quantity": 1}]}                          | lines[0].sku
            {"customer": "ada", "lines": [{"sku": "A"}]}                                               | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 0}]}                                | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": -1}]}                               | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 1.5}]}                              | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": "1"}]}                              | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": true}]}                             | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 1000001}]}                          | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 2147483648}]}                       | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 99999999999999999999}]}             | lines[0].quantity
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 1}, {"sku": "A", "quantity": 2}]}   | lines[1].sku
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 1, "unitPrice": 0.01}]}             | lines[0].unitPrice
            {"customer": "ada", "lines": [{"sku": "A", "quantity": 1}], "state": "CONFIRMED"}          | state
            """)
    void refusesAnOrderByTheFieldThatIsWrong(String body, String field) {
        place(body)
                .expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo(field)
                .jsonPath("$.errors[0].rule")
                .isNotEmpty();
        expectNothingChanged();
    }

    @Test
    void saysTheRuleOfAQuantity() {
        place("""
                {"customer": "ada", "lines": [{"sku": "A", "quantity": 0}]}""").expectBody().jsonPath("$.errors[0].rule").isEqualTo("must be between 1 and 1000000");
    }

    @Test
    void refusesTenThousandLines() {
        var lines = IntStream.range(0, 10_000)
                .mapToObj("{\"sku\":\"S%d\",\"quantity\":1}"::formatted)
                .collect(Collectors.joining(",", "[", "]"));
        var tooLong = place("{\"customer\":\"ada\",\"lines\":" + lines + "}").returnResult();
        // Whichever limit is met first: of the body or of the list.
        assertThat(tooLong.getStatus()).isIn(HttpStatus.CONTENT_TOO_LARGE, HttpStatus.BAD_REQUEST);

        var short_ = IntStream.range(0, 101)
                .mapToObj("{\"sku\":\"S%d\",\"quantity\":1}"::formatted)
                .collect(Collectors.joining(",", "[", "]"));
        place("{\"customer\":\"ada\",\"lines\":" + short_ + "}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("lines");
        expectNothingChanged();
    }

    @Test
    void refusesWhatIsNoOrder() {
        for (var body : new String[] {"", "{", "[]", "null", "\"order\"", "{\"customer\": \"ada\"} {}"}) {
            place(body).expectStatus().isBadRequest().expectHeader().contentType(MediaType.APPLICATION_PROBLEM_JSON);
        }
        http().post()
                .uri("/api/v1/orders")
                .contentType(MediaType.APPLICATION_XML)
                .body("<order/>")
                .exchange()
                .expectStatus()
                .isEqualTo(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
        expectNothingChanged();
    }

    @Test
    void refusesABodyOverTheLimit() {
        place("{\"customer\": \"" + "x".repeat(300_000) + "\"}")
                .expectStatus()
                .isEqualTo(HttpStatus.CONTENT_TOO_LARGE)
                .expectBody()
                .jsonPath("$.code")
                .exists();
    }

    @Test
    void refusesAKeyThatIsNone() {
        http().post()
                .uri("/api/v1/orders")
                .header("Idempotency-Key", "x".repeat(129))
                .contentType(MediaType.APPLICATION_JSON)
                .body(ORDER)
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("Idempotency-Key");
        expectNothingChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"luck", "", "TWO_PHASE", "two-phase,tcc"})
    void refusesAProtocolThatIsNone(String protocol) {
        for (var path : new String[] {"/api/v1/orders", "/api/v1/orders/" + UUID.randomUUID() + "/cancel"}) {
            http().post()
                    .uri(path)
                    .header("X-Commit-Protocol", protocol)
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(ORDER)
                    .exchange()
                    .expectStatus()
                    .isBadRequest()
                    .expectBody()
                    .jsonPath("$.code")
                    .isEqualTo("header-invalid")
                    .jsonPath("$.errors[0].field")
                    .isEqualTo("X-Commit-Protocol")
                    .jsonPath("$.errors[0].rule")
                    .isEqualTo(CommitProtocol.RULE);
        }
        assertThat(CommitProtocol.RULE).startsWith("must be one of two-phase, ");
        expectNothingChanged();
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit",
        "limit=1000, limit",
        "after=x, after",
        "state=PENDING, state",
        "state=confirmed, state",
        "customer=-, customer"
    })
    void refusesAnUnusablePage(String query, String field) {
        http().get()
                .uri("/api/v1/orders?" + query)
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo(field);
    }

    @Test
    void knowsNothingOfAnUnknownOrder() {
        var path = "/api/v1/orders/" + UUID.randomUUID();
        http().get().uri(path).exchange().expectStatus().isNotFound();
        http().post()
                .uri(path + "/cancel")
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("unknown-order");
        http().get().uri("/api/v1/orders/x").exchange().expectStatus().isBadRequest();
    }

    @Test
    void asksForPatienceWhenNobodyTellsPrices() {
        for (int attempt = 0; attempt < 2; attempt++) {
            http().post()
                    .uri("/api/v1/orders")
                    .header("Idempotency-Key", "patience")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(ORDER)
                    .exchange()
                    .expectStatus()
                    .isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
                    .expectHeader()
                    .valueEquals("Retry-After", "1")
                    .expectBody()
                    .jsonPath("$.code")
                    .isEqualTo("inventory-unavailable");
        }
        assertThat(database.queryForList("select distinct state from placement", String.class))
                .containsExactly("REJECTED");
        assertThat(database.queryForObject("select count(*) from orders where customer = 'patient'", Long.class))
                .isZero();
    }

    private static final String ORDER = """
            {"customer": "patient", "lines": [{"sku": "LAMP", "quantity": 1}]}""";

    private void expectNothingChanged() {
        assertThat(database.queryForObject("select count(*) from placement", Long.class))
                .isZero();
    }

    private ResponseSpec place(String body) {
        return http().post()
                .uri("/api/v1/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }
}
