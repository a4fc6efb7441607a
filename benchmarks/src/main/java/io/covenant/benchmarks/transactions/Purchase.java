package io.covenant.benchmarks.transactions;

import java.math.BigDecimal;
import java.util.UUID;

/// One order to be placed: one line, one unit, at the price that everything costs here.
///
/// @param order also names the transaction
record Purchase(UUID order, String customer, String sku) {

    static final int QUANTITY = 1;
    static final BigDecimal PRICE = new BigDecimal("12.50");
    static final String ARTICLE = "Article";
}
