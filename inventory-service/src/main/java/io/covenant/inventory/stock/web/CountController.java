package io.covenant.inventory.stock.web;

import io.covenant.inventory.stock.Count;
import io.covenant.inventory.stock.CountAnswer;
import io.covenant.inventory.stock.StockCount;
import io.covenant.inventory.stock.StockCounts;
import io.covenant.inventory.stock.StockItems;
import io.covenant.inventory.stock.StockTaking;
import io.covenant.web.idempotency.IdempotencyKey;
import io.covenant.web.paging.Limit;
import io.covenant.web.paging.Page;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.validation.Valid;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Counts of what lies on the shelves.
@ApiResponse(
        responseCode = "default",
        description = "A problem document (RFC 9457)",
        content =
                @Content(
                        mediaType = "application/problem+json",
                        schema = @Schema(implementation = ProblemDetail.class)))
@RestController
@RequestMapping("/api/v1/stock/{sku}/counts")
class CountController {

    private final StockTaking taking;
    private final StockCounts counts;
    private final StockItems items;

    CountController(StockTaking taking, StockCounts counts, StockItems items) {
        this.taking = taking;
        this.counts = counts;
        this.items = items;
    }

    /// Corrects the books by what was counted, under the item's lock. What orders have taken counts as lying there.
    @ApiResponse(responseCode = "201", description = "Written down, now or when the key was first used")
    @PostMapping
    ResponseEntity<StockCountView> count(
            @PathVariable String sku,
            @Valid @RequestBody CountRequest request,
            @Parameter(
                            name = IdempotencyKey.HEADER,
                            in = ParameterIn.HEADER,
                            schema = @Schema(type = "string", maxLength = 128))
                    @Nullable
                    IdempotencyKey key)
            throws InterruptedException {
        var count = new Count(sku, request.quantity(), request.reason(), key == null ? null : key.value());
        return switch (taking.count(count)) {
            case CountAnswer.Counted(var written) ->
                ResponseEntity.status(HttpStatus.CREATED).body(StockCountView.of(written));
            case CountAnswer.UnknownSku(var unknown) -> throw StockProblems.unknown(unknown);
            case CountAnswer.KeyReused(var reused) ->
                throw Problem.of(
                                HttpStatus.UNPROCESSABLE_CONTENT,
                                "idempotency-key-reused",
                                "The key %s names another count.".formatted(reused))
                        .asException();
            case CountAnswer.BelowReserved(var counted, var reserved) ->
                throw Problem.of(
                                HttpStatus.CONFLICT,
                                "count-below-reserved",
                                "Orders have taken %d of %s, and %d were counted: cancel orders, or count again."
                                        .formatted(reserved, sku, counted))
                        .with("sku", sku)
                        .with("counted", counted)
                        .with("reserved", reserved)
                        .asException();
        };
    }

    /// What was counted, the newest first.
    @GetMapping
    Page<StockCountView> history(
            @PathVariable String sku,
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(defaultValue = Limit.DEFAULT) Limit limit) {
        if (items.findById(sku).isEmpty()) {
            throw StockProblems.unknown(sku);
        }
        var rows = after == null ? counts.newest(sku, limit.plusOne()) : counts.before(after, sku, limit.plusOne());
        return Page.of(rows, limit, (StockCount row) -> row.id().toString()).map(StockCountView::of);
    }
}
