package io.covenant.orders.order.web;

import io.covenant.orders.order.Order;
import io.covenant.orders.placement.OrderRequest;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import io.covenant.web.problem.Violation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// What a customer wants.
///
/// @param lines 1 to 100, each for another SKU: two lines for one are refused, because nobody can tell whether the
/// client meant the sum
record PlaceOrderRequest(
        @NotNull @Pattern(regexp = ID_PATTERN, message = ID_RULE)
        String customer,

        @NotEmpty @Size(max = 100) List<@NotNull @Valid Line> lines) {

    static final String ID_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}";

    static final String ID_RULE =
            "must be 1 to 40 letters, digits, '.', '_' or '-', and begin with one of the first two";

    record Line(
            @NotNull @Pattern(regexp = ID_PATTERN, message = ID_RULE)
            String sku,

            @NotNull @Range(min = 1, max = 1_000_000) Integer quantity) {}

    /// @throws ProblemException naming the lines whose SKU an earlier line has
    void refuseDuplicates() {
        var first = new HashMap<String, Integer>();
        var violations = new ArrayList<Violation>();
        for (int i = 0; i < lines.size(); i++) {
            var earlier = first.putIfAbsent(lines.get(i).sku(), i);
            if (earlier != null) {
                violations.add(new Violation(
                        "lines[%d].sku".formatted(i), "must not be the same as lines[%d].sku".formatted(earlier)));
            }
        }
        if (!violations.isEmpty()) {
            throw Problem.of(
                            HttpStatus.BAD_REQUEST,
                            "validation-failed",
                            "%s: %s"
                                    .formatted(
                                            violations.getFirst().field(),
                                            violations.getFirst().rule()))
                    .violating(violations)
                    .asException();
        }
    }

    /// Where in the request a SKU stands.
    String fieldOf(@Nullable String sku) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).sku().equals(sku)) {
                return "lines[%d].sku".formatted(i);
            }
        }
        return "lines";
    }

    /// Whether this is what the order was placed for.
    boolean isFor(Order order) {
        return customer.equals(order.customer())
                && lines.equals(order.lines().stream()
                        .map(line -> new Line(line.sku(), line.quantity()))
                        .toList());
    }

    OrderRequest toRequest() {
        return new OrderRequest(
                customer,
                lines.stream()
                        .map(line -> new OrderRequest.Line(line.sku(), line.quantity()))
                        .toList());
    }
}
