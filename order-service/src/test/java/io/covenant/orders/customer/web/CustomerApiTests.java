package io.covenant.orders.customer.web;

import io.covenant.orders.RunningOrders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.MediaType;
import org.springframework.test.json.JsonCompareMode;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

class CustomerApiTests extends RunningOrders {

    @Test
    void definesACustomerAndChangesTheLimit() {
        put("ada", """
                {"name": "Ada", "creditLimit": 100}""").expectStatus().isCreated();

        put("ada", """
                {"name": "Ada Lovelace", "creditLimit": 250.5}""").expectStatus().isOk();

        get("/api/v1/customers/ada").expectStatus().isOk().expectBody().json("""
                {"id": "ada", "name": "Ada Lovelace", "creditLimit": 250.50, "openAmount": 0.00}""");
    }

    @Test
    void definesACustomerWithoutALimit() {
        put("grace", """
                {"name": "Grace", "unlimited": true}""").expectStatus().isCreated();

        get("/api/v1/customers/grace").expectBody().json("""
                {"id": "grace", "name": "Grace", "unlimited": true, "openAmount": 0.00}""", JsonCompareMode.STRICT);

        put("grace", """
                {"name": "Grace", "creditLimit": 5, "unlimited": false}""").expectStatus().isOk();
        get("/api/v1/customers/grace").expectBody().json("""
                {"id": "grace", "name": "Grace", "creditLimit": 5.00, "openAmount": 0.00}""", JsonCompareMode.STRICT);
    }

    @Test
    void pagesThroughCustomers() {
        for (var id : new String[] {"page-1", "page-2", "page-3"}) {
            put(id, """
                    {"name": "Somebody", "creditLimit": 0}""").expectStatus().isCreated();
        }

        get("/api/v1/customers?after=page-&limit=2")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[0].id")
                .isEqualTo("page-1")
                .jsonPath("$.items.length()")
                .isEqualTo(2)
                .jsonPath("$.next")
                .isEqualTo("page-2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"creditLimit": 1}                                 | name
            {"name": " ", "creditLimit": 1}                    | name
            {"name": "Eve"}                                    | creditLimit
            {"name": "Eve", "creditLimit": null}               | creditLimit
            {"name": "Eve", "creditLimit": -0.01}              | creditLimit
            {"name": "Eve", "creditLimit": 0.001}              | creditLimit
            {"name": "Eve", "creditLimit": 10000000000}        | creditLimit
            {"name": "Eve", "creditLimit": "1"}                | creditLimit
            {"name": "Eve", "creditLimit": 1, "openAmount": 0} | openAmount
            {"name": "Eve", "creditLimit": 1, "unlimited": true} | creditLimit
            {"name": "Eve", "unlimited": false}                | creditLimit
            {"name": "Eve", "unlimited": "yes"}                | unlimited
            """)
    void refusesACustomerByTheFieldThatIsWrong(String body, String field) {
        put("eve", body)
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo(field);
        get("/api/v1/customers/eve").expectStatus().isNotFound();
    }

    @Test
    void refusesAnIdThatIsNone() {
        put("-eve", """
                {"name": "Eve", "creditLimit": 1}""")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("id");
    }

    @Test
    void knowsNothingOfAnUnknownCustomer() {
        get("/api/v1/customers/nobody")
                .expectStatus()
                .isNotFound()
                .expectBody()
                .jsonPath("$.code")
                .isEqualTo("unknown-customer");
    }

    private ResponseSpec get(String path) {
        return http().get().uri(path).exchange();
    }

    private ResponseSpec put(String id, String body) {
        return http().put()
                .uri("/api/v1/customers/{id}", id)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }
}
