package io.covenant.inventory.stock.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.inventory.RunningInventory;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

class StockApiTests extends RunningInventory {

    @Test
    void definesAnItemAndChangesIt() {
        put("LAMP", """
                {"name": "Lamp", "price": 19.9}""").expectStatus().isCreated().expectBody().json("""
                {"sku": "LAMP", "name": "Lamp", "price": 19.90, "onHand": 0, "held": 0}""");

        put("LAMP", """
                {"name": "Desk lamp", "price": 24.50}""").expectStatus().isOk();

        assertThat(text(get("/api/v1/stock/LAMP"))).isEqualTo("""
                {"sku":"LAMP","name":"Desk lamp","price":24.50,"onHand":0,"held":0}""");
    }

    @Test
    void takesGoodsInAndTellsWhy() {
        var sku = itemWith(0);

        receive(sku, """
                {"quantity": 40, "note": "first delivery"}""")
                .expectStatus()
                .isCreated()
                .expectBody()
                .jsonPath("$.quantity")
                .isEqualTo(40)
                .jsonPath("$.reason")
                .isEqualTo("RECEIPT");
        receive(sku, """
                {"quantity": 2}""").expectStatus().isCreated();

        expectOnHand(sku, 42);
        get("/api/v1/stock/" + sku + "/movements")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(2)
                .jsonPath("$.items[0].quantity")
                .isEqualTo(2)
                .jsonPath("$.items[1].note")
                .isEqualTo("first delivery")
                .jsonPath("$.next")
                .doesNotExist();
    }

    @Test
    void pagesThroughMovements() {
        var sku = itemWith(1);
        receive(sku, """
                {"quantity": 2}""");
        receive(sku, """
                {"quantity": 3}""");
        var first = text(get("/api/v1/stock/%s/movements?limit=2".formatted(sku)));
        var next = first.replaceAll("(?s).*\"next\":\"([^\"]+)\".*", "$1");

        get("/api/v1/stock/%s/movements?limit=2&after=%s".formatted(sku, next))
                .expectBody()
                .jsonPath("$.items.length()")
                .isEqualTo(1)
                .jsonPath("$.items[0].quantity")
                .isEqualTo(1)
                .jsonPath("$.next")
                .doesNotExist();
    }

    @Test
    void pagesThroughItems() {
        put("page-a", """
                {"name": "A", "price": 1}""");
        put("page-b", """
                {"name": "B", "price": 1}""");
        put("page-c", """
                {"name": "C", "price": 1}""");

        get("/api/v1/stock?after=page-&limit=2")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[0].sku")
                .isEqualTo("page-a")
                .jsonPath("$.items[1].sku")
                .isEqualTo("page-b")
                .jsonPath("$.next")
                .isEqualTo("page-b");
        get("/api/v1/stock?after=page-b&limit=2")
                .expectBody()
                .jsonPath("$.items[0].sku")
                .isEqualTo("page-c");
    }

    @Test
    void tellsSeveralItemsAtOnceAsFarAsTheyExist() {
        put("several-1", """
                {"name": "One", "price": 1}""");
        put("several-2", """
                {"name": "Two", "price": 2}""");

        get("/api/v1/stock?sku=several-2&sku=NONE&sku=several-1")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[*].sku")
                .value(skus -> assertThat(skus).hasToString("[\"several-1\",\"several-2\"]"));
    }

    @Test
    void countsARepeatedReceiptOnce() {
        var sku = itemWith(0);

        var first = text(receive(sku, "delivery-1", """
                {"quantity": 7}"""));
        var second = text(receive(sku, "delivery-1", """
                {"quantity": 7, "note": null}"""));

        assertThat(second).isEqualTo(first);
        expectOnHand(sku, 7);
    }

    @Test
    void describesItself() {
        get("/v3/api-docs")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.paths['/api/v1/stock/{sku}/receipts'].post")
                .exists()
                .jsonPath("$.paths['/internal/v1/branches/prepare']")
                .doesNotExist()
                .jsonPath("$.components.schemas.Limit")
                .doesNotExist();
    }

    @Test
    void isReady() {
        management()
                .get()
                .uri("/actuator/health/readiness")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.components.database.status")
                .isEqualTo("UP");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"price": 1}                                | name
            {"name": "", "price": 1}                    | name
            {"name": 7, "price": 1}                     | name
            {"name": "a\\u0000b", "price": 1}           | name
            {"name": "Item"}                            | price
            {"name": "Item", "price": null}             | price
            {"name": "Item", "price": "1.00"}           | price
            {"name": "Item", "price": 0}                | price
            {"name": "Item", "price": -1}               | price
            {"name": "Item", "price": 0.001}            | price
            {"name": "Item", "price": 1000000.01}       | price
            {"name": "Item", "price": 1e999999999}      | price
            {"name": "Item", "price": 1, "onHand": 5}   | onHand
            """)
    void refusesAnItemByTheFieldThatIsWrong(String body, String field) {
        var problem = put("REFUSED", body).expectStatus().isBadRequest();

        problem.expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo(field);
        get("/api/v1/stock/REFUSED").expectStatus().isNotFound();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"quantity\": 0}",
                "{\"quantity\": -1}",
                "{\"quantity\": 1.5}",
                "{\"quantity\": \"1\"}",
                "{\"quantity\": null}",
                "{}",
                "{\"quantity\": 1000001}",
                "{\"quantity\": 99999999999999999999}"
            })
    void refusesAReceiptWithoutAUsableQuantity(String body) {
        var sku = itemWith(3);

        receive(sku, body)
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("quantity");
        expectOnHand(sku, 3);
    }

    @Test
    void refusesWhatIsNoJson() {
        put("LAMP", "{")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.code")
                .exists();
        put("LAMP", "")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.code")
                .exists();
        put("LAMP", "[]").expectStatus().isBadRequest();
        http().put()
                .uri("/api/v1/stock/LAMP")
                .contentType(MediaType.TEXT_PLAIN)
                .body("{}")
                .exchange()
                .expectStatus()
                .isEqualTo(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
    }

    @Test
    void refusesABodyOverTheLimit() {
        put("LAMP", "{\"name\": \"" + "x".repeat(300_000) + "\", \"price\": 1}")
                .expectStatus()
                .isEqualTo(HttpStatus.CONTENT_TOO_LARGE);
    }

    @Test
    void refusesASkuThatIsNone() {
        put("-lamp", """
                {"name": "Lamp", "price": 1}""")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("sku");
    }

    @Test
    void knowsNothingOfAnUnknownSku() {
        get("/api/v1/stock/NONE").expectStatus().isNotFound();
        get("/api/v1/stock/NONE/movements").expectStatus().isNotFound();
        receive("NONE", """
                {"quantity": 1}""")
                .expectStatus()
                .isNotFound()
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("unknown-sku");
    }

    @ParameterizedTest
    @CsvSource({"limit=0, limit", "limit=201, limit", "limit=x, limit", "after=%C3%A4, after", "sku=-, sku"})
    void refusesAnUnusablePage(String query, String field) {
        http().get()
                .uri(java.net.URI.create(baseUrl() + "/api/v1/stock?" + query))
                .exchange()
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .value(name -> assertThat(name.toString()).startsWith(field));
    }

    @Test
    void refusesAKeyOfAnotherReceipt() {
        var sku = itemWith(0);
        receive(sku, "delivery-2", """
                {"quantity": 7}""");

        receive(sku, "delivery-2", """
                {"quantity": 8}""")
                .expectStatus()
                .isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT)
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("idempotency-key-reused");
        receive(itemWith(0), "delivery-2", """
                {"quantity": 7}""").expectStatus().isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT);
        expectOnHand(sku, 7);
    }

    @Test
    void countsAReceiptOnceThatIsToldManyTimesAtOnce() throws Exception {
        var sku = itemWith(0);

        var answers = new ArrayList<Future<String>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<String> tell = () -> text(receive(sku, "delivery-3", """
                    {"quantity": 5}"""));
            for (int i = 0; i < 16; i++) {
                answers.add(threads.submit(tell));
            }
        }

        assertThat(answers.stream().map(Future::resultNow).distinct()).hasSize(1);
        expectOnHand(sku, 5);
    }

    private ResponseSpec get(String path) {
        return http().get().uri(path).exchange();
    }

    private ResponseSpec put(String sku, String body) {
        return http().put()
                .uri("/api/v1/stock/{sku}", sku)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }

    private ResponseSpec receive(String sku, String body) {
        return http().post()
                .uri("/api/v1/stock/{sku}/receipts", sku)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }

    private ResponseSpec receive(String sku, String key, String body) {
        return http().post()
                .uri("/api/v1/stock/{sku}/receipts", sku)
                .header("Idempotency-Key", key)
                .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
                .body(body)
                .exchange();
    }

    private static String text(ResponseSpec response) {
        var body = response.expectStatus()
                .is2xxSuccessful()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        return body == null ? "" : body;
    }
}
