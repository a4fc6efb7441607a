package io.covenant.web;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.idempotency.IdempotencyKey;
import io.covenant.web.paging.Limit;
import io.covenant.web.problem.Problem;
import io.covenant.web.request.RequestId;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/// A service as its authors would write it, to be treated badly.
@SpringBootApplication
public class SampleService {

    enum Colour {
        RED,
        GREEN
    }

    record Size3(String value) {
        Size3 {
            if (value.length() != 3) {
                throw new IllegalArgumentException("must have three letters");
            }
        }
    }

    record Line(
            @NotBlank String sku,
            @Min(1) @Max(1_000_000) int quantity,
            @Nullable BigDecimal price) {}

    record Order(
            @NotBlank String customer,
            @NotNull @Size(min = 1, max = 100) List<@Valid Line> lines,
            @Nullable Colour colour,
            @Nullable UUID id,
            @Nullable @JsonFormat Instant at,
            @Nullable Boolean express,
            @Nullable Size3 size) {}

    @RestController
    static class SampleController {

        @PostMapping(path = "/orders", consumes = MediaType.APPLICATION_JSON_VALUE)
        Order echo(@Valid @RequestBody Order order) {
            return order;
        }

        @PostMapping(path = "/trees", consumes = MediaType.APPLICATION_JSON_VALUE)
        JsonNode tree(@RequestBody JsonNode tree) {
            return tree;
        }

        @GetMapping("/orders/{id}")
        String order(@PathVariable UUID id) {
            return id.toString();
        }

        @GetMapping("/orders")
        Map<String, Object> list(
                @RequestParam(defaultValue = Limit.DEFAULT) Limit limit,
                @RequestParam Optional<Colour> colour,
                @RequestParam @Min(3) int page) {
            return Map.of("limit", limit.value(), "colour", String.valueOf(colour.orElse(null)), "page", page);
        }

        @GetMapping(path = "/header")
        String header(@RequestHeader("X-Tenant") @NotBlank String tenant) {
            return tenant;
        }

        @PostMapping("/keyed")
        String keyed(IdempotencyKey key) {
            return key.value();
        }

        @PostMapping("/perhaps-keyed")
        String perhapsKeyed(Optional<IdempotencyKey> key) {
            return key.map(IdempotencyKey::value).orElse("none");
        }

        @GetMapping("/request-id")
        String requestId() {
            return String.valueOf(RequestId.current());
        }

        @GetMapping("/deadline")
        String deadline() {
            return RequestDeadline.current() == null
                    ? "none"
                    : Long.toString(RequestDeadline.within(Duration.ofHours(1)).toMillis());
        }

        @GetMapping("/out-of-stock")
        String outOfStock() {
            throw Problem.of(HttpStatus.CONFLICT, "out-of-stock", "Only 2 of A-1 are left.")
                    .with("sku", "A-1")
                    .with("available", 2)
                    .asException();
        }

        @GetMapping("/bug")
        String bug() {
            throw new IllegalStateException("password=hunter2");
        }

        @GetMapping("/database/{state}")
        String database(@PathVariable String state) throws SQLException {
            throw new SQLException("connection to 10.0.0.1 broken", state);
        }
    }
}
