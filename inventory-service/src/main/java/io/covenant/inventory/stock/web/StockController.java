package io.covenant.inventory.stock.web;

import io.covenant.inventory.stock.Receipt;
import io.covenant.inventory.stock.ReceiptAnswer;
import io.covenant.inventory.stock.Sku;
import io.covenant.inventory.stock.Stock;
import io.covenant.inventory.stock.StockItem;
import io.covenant.inventory.stock.StockItems;
import io.covenant.inventory.stock.StockMovement;
import io.covenant.inventory.stock.StockMovements;
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
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Items and what is on hand of them.
@ApiResponse(
        responseCode = "default",
        description = "A problem document (RFC 9457)",
        content =
                @Content(
                        mediaType = "application/problem+json",
                        schema = @Schema(implementation = ProblemDetail.class)))
@RestController
@RequestMapping("/api/v1/stock")
class StockController {

    private final Stock stock;
    private final StockItems items;
    private final StockMovements movements;

    StockController(Stock stock, StockItems items, StockMovements movements) {
        this.stock = stock;
        this.items = items;
        this.movements = movements;
    }

    /// All items by SKU, in pages.
    @GetMapping
    Page<StockItemView> list(
            @RequestParam(defaultValue = "") @Pattern(regexp = "|" + Sku.PATTERN, message = Sku.RULE) String after,
            @RequestParam(defaultValue = Limit.DEFAULT) Limit limit) {
        var rows = items.after(after, limit.plusOne());
        return Page.of(rows, limit, StockItem::sku).map(StockItemView::of);
    }

    /// The named items, as far as they exist.
    @GetMapping(params = "sku")
    Page<StockItemView> named(
            @RequestParam @Size(max = 100) List<@Pattern(regexp = Sku.PATTERN, message = Sku.RULE) String> sku) {
        return new Page<>(items.findBySkuInOrderBySku(sku), null).map(StockItemView::of);
    }

    @GetMapping("/{sku}")
    StockItemView get(@PathVariable String sku) {
        return items.findById(sku).map(StockItemView::of).orElseThrow(() -> StockProblems.unknown(sku));
    }

    @ApiResponse(responseCode = "201", description = "A new item")
    @ApiResponse(responseCode = "200", description = "A known item, changed")
    @PutMapping("/{sku}")
    ResponseEntity<StockItemView> define(
            @PathVariable @Pattern(regexp = Sku.PATTERN, message = Sku.RULE) String sku,
            @Valid @RequestBody DefineItemRequest request) {
        var isNew = stock.define(sku, request.name(), request.price());
        return ResponseEntity.status(isNew ? HttpStatus.CREATED : HttpStatus.OK).body(get(sku));
    }

    @ApiResponse(responseCode = "201", description = "Counted, now or when the key was first used")
    @PostMapping("/{sku}/receipts")
    ResponseEntity<StockMovementView> receive(
            @PathVariable String sku,
            @Valid @RequestBody ReceiptRequest request,
            @Parameter(
                            name = IdempotencyKey.HEADER,
                            in = ParameterIn.HEADER,
                            schema = @Schema(type = "string", maxLength = 128))
                    @Nullable
                    IdempotencyKey key) {
        var receipt = new Receipt(sku, request.quantity(), request.note(), key == null ? null : key.value());
        return switch (stock.receive(receipt)) {
            case ReceiptAnswer.Received(var movement) ->
                ResponseEntity.status(HttpStatus.CREATED).body(StockMovementView.of(movement));
            case ReceiptAnswer.UnknownSku(var unknown) -> throw StockProblems.unknown(unknown);
            case ReceiptAnswer.KeyReused(var reused) ->
                throw Problem.of(
                                HttpStatus.UNPROCESSABLE_CONTENT,
                                "idempotency-key-reused",
                                "The key %s names another receipt.".formatted(reused))
                        .asException();
        };
    }

    /// Why stock moved, the newest first. Of movements in the same moment a page may show a later one before an
    /// earlier one; a transaction that is being decided shows its movements when it has committed.
    @GetMapping("/{sku}/movements")
    Page<StockMovementView> movements(
            @PathVariable String sku,
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(defaultValue = Limit.DEFAULT) Limit limit) {
        get(sku);
        var rows =
                after == null ? movements.newest(sku, limit.plusOne()) : movements.before(after, sku, limit.plusOne());
        return Page.of(rows, limit, (StockMovement row) -> row.id().toString()).map(StockMovementView::of);
    }
}
