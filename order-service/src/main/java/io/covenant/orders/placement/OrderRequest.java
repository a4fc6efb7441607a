package io.covenant.orders.placement;

import java.util.List;

/// What a customer wants.
///
/// @param lines each for another item
public record OrderRequest(String customer, List<Line> lines) {

    public record Line(String sku, int quantity) {}

    public OrderRequest {
        lines = List.copyOf(lines);
    }

    List<String> skus() {
        return lines.stream().map(Line::sku).toList();
    }
}
