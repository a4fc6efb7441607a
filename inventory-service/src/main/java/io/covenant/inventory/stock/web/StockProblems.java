package io.covenant.inventory.stock.web;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import org.springframework.http.HttpStatus;

/// Refusals of the stock, in the language of HTTP.
final class StockProblems {

    private StockProblems() {}

    static ProblemException unknown(String sku) {
        return Problem.of(HttpStatus.NOT_FOUND, "unknown-sku", "There is no item %s.".formatted(sku))
                .with("sku", sku)
                .asException();
    }
}
