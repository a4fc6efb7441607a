package io.covenant.orders.order.web;

import io.covenant.orders.order.Order;
import io.covenant.orders.order.OrderState;
import io.covenant.orders.order.Orders;
import io.covenant.orders.placement.CancelOrder;
import io.covenant.orders.placement.CancellationAnswer;
import io.covenant.orders.placement.PlaceOrder;
import io.covenant.orders.placement.PlacementAnswer;
import io.covenant.security.Caller;
import io.covenant.transactions.initiator.CommitProtocol;
import io.covenant.web.idempotency.IdempotencyKey;
import io.covenant.web.paging.Limit;
import io.covenant.web.paging.Page;
import io.covenant.web.problem.ProblemException;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Orders: three answers to every wish. Done is 201 or 200; refused is 409, or 422 for what does not exist; not
/// known yet is 202 with the place to ask. What failed without any effect is 503.
@ApiResponse(
        responseCode = "default",
        description = "A problem document (RFC 9457)",
        content =
                @Content(
                        mediaType = "application/problem+json",
                        schema = @Schema(implementation = ProblemDetail.class)))
@RestController
@RequestMapping(OrderController.PATH)
class OrderController {

    static final String PATH = "/api/v1/orders";

    private static final String SOON = "1";

    private static final String PROTOCOL =
            "How it is committed across the services, as `two-phase`; as configured when absent";

    private final PlaceOrder placeOrder;
    private final CancelOrder cancelOrder;
    private final Orders orders;

    OrderController(PlaceOrder placeOrder, CancelOrder cancelOrder, Orders orders) {
        this.placeOrder = placeOrder;
        this.cancelOrder = cancelOrder;
        this.orders = orders;
    }

    /// Places an order, all of it or nothing. The same key with the same request gets the same answer.
    @ApiResponse(responseCode = "201", description = "Placed, now or when the key was first used")
    @ApiResponse(responseCode = "202", description = "Not known yet: ask at the location")
    @PostMapping
    ResponseEntity<OrderView> place(
            Caller caller,
            @Valid @RequestBody PlaceOrderRequest request,
            @Parameter(
                            name = IdempotencyKey.HEADER,
                            in = ParameterIn.HEADER,
                            schema = @Schema(type = "string", maxLength = 128))
                    @Nullable
                    IdempotencyKey key,
            @Parameter(description = PROTOCOL) @RequestHeader(name = CommitProtocol.HEADER, required = false) @Nullable
                    String protocol) {
        var asked = ProtocolHeader.read(protocol);
        refuseForOthers(caller, request.customer());
        request.refuseDuplicates();
        return switch (placeOrder.place(request.toRequest(), key, asked)) {
            case PlacementAnswer.Confirmed(var order, var transaction) -> created(OrderView.placed(order, transaction));
            case PlacementAnswer.ConfirmedBefore(var id) -> created(placedBefore(id, request));
            case PlacementAnswer.Refused(var refusal, var transaction) ->
                throw OrderProblems.of(OrderProblems.refused(refusal, request), transaction);
            case PlacementAnswer.Failed(var refusal, var transaction) ->
                throw OrderProblems.of(OrderProblems.failed(refusal), transaction);
            case PlacementAnswer.Pending(var placement) -> accepted(OrderView.of(placement));
            case PlacementAnswer.KeyReused() -> throw OrderProblems.keyReused();
        };
    }

    /// Whatever became of the order since: the answer is that of the first time.
    private OrderView placedBefore(UUID id, PlaceOrderRequest request) {
        var order = orders.find(id).orElseThrow(() -> OrderProblems.pending(id));
        if (!request.isFor(order)) {
            throw OrderProblems.keyReused();
        }
        return OrderView.placed(order);
    }

    /// The order, or what became of the attempt to place it.
    @GetMapping("/{id}")
    ResponseEntity<OrderView> get(Caller caller, @PathVariable UUID id) {
        var view = orders.find(id)
                .map(OrderView::of)
                .or(() -> attempt(id))
                .filter(found -> isOf(caller, found))
                .orElseThrow(() -> OrderProblems.unknownOrder(id));
        return view.state() == OrderView.State.PENDING
                ? ResponseEntity.ok().header(HttpHeaders.RETRY_AFTER, SOON).body(view)
                : ResponseEntity.ok(view);
    }

    private Optional<OrderView> attempt(UUID id) {
        return placeOrder
                .find(id)
                .map(OrderView::of)
                .map(view -> view.state() == OrderView.State.CONFIRMED
                        ? orders.find(id).map(OrderView::of).orElse(view)
                        : view);
    }

    /// Orders that were placed, the newest first, in pages. Attempts are not among them.
    @GetMapping
    Page<OrderView> list(
            Caller caller,
            @RequestParam(required = false)
                    @Pattern(regexp = PlaceOrderRequest.ID_PATTERN, message = PlaceOrderRequest.ID_RULE)
                    @Nullable
                    String customer,
            @RequestParam(required = false) @Nullable OrderState state,
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(defaultValue = Limit.DEFAULT) Limit limit) {
        var whose = customer == null ? caller.customer().orElse(null) : customer;
        if (whose != null) {
            refuseForOthers(caller, whose);
        }
        var rows = orders.newest(whose, state, after, limit.plusOne());
        return Page.of(rows, limit, (Order order) -> order.id().toString()).map(OrderView::of);
    }

    /// Cancels an order, all of it or nothing. To do it again is answered the same.
    @ApiResponse(responseCode = "200", description = "Cancelled, now or before")
    @ApiResponse(responseCode = "202", description = "Not known yet: cancel once more")
    @PostMapping("/{id}/cancel")
    ResponseEntity<OrderView> cancel(
            Caller caller,
            @PathVariable UUID id,
            @Parameter(
                            name = IdempotencyKey.HEADER,
                            in = ParameterIn.HEADER,
                            schema = @Schema(type = "string", maxLength = 128))
                    @Nullable
                    IdempotencyKey key,
            @Parameter(description = PROTOCOL) @RequestHeader(name = CommitProtocol.HEADER, required = false) @Nullable
                    String protocol) {
        var asked = ProtocolHeader.read(protocol);
        var order = orders.find(id).orElseThrow(() -> notPlaced(caller, id));
        if (!caller.mayActFor(order.customer())) {
            throw OrderProblems.unknownOrder(id);
        }
        if (!cancelOrder.isFor(id, order.customer(), key)) {
            throw OrderProblems.keyReused();
        }
        if (order.state() == OrderState.CANCELLED) {
            return ResponseEntity.ok(OrderView.of(order));
        }
        return switch (cancelOrder.cancel(id, asked)) {
            case CancellationAnswer.Cancelled(var transaction, var at) ->
                ResponseEntity.ok(OrderView.cancelled(order, transaction, at));
            case CancellationAnswer.Refused(var refusal) ->
                // Another request may have been faster.
                ResponseEntity.ok(orders.find(id)
                        .filter(now -> now.state() == OrderState.CANCELLED)
                        .map(OrderView::of)
                        .orElseThrow(() -> OrderProblems.refused(refusal).asException()));
            case CancellationAnswer.Failed(var refusal) ->
                throw OrderProblems.failed(refusal).asException();
            // No location: as long as it is not known, the order looks as if nobody had asked.
            case CancellationAnswer.Pending() ->
                ResponseEntity.accepted().header(HttpHeaders.RETRY_AFTER, SOON).body(OrderView.of(order));
        };
    }

    /// Other people's orders are refused by their customer's name, and unknown by their own.
    private static void refuseForOthers(Caller caller, String customer) {
        if (!caller.mayActFor(customer)) {
            throw OrderProblems.notYourCustomer(customer);
        }
    }

    private static boolean isOf(Caller caller, OrderView view) {
        return view.customer() == null || caller.mayActFor(view.customer());
    }

    private ProblemException notPlaced(Caller caller, UUID id) {
        return placeOrder
                .find(id)
                .map(OrderView::of)
                .filter(attempt -> isOf(caller, attempt))
                .map(attempt -> switch (attempt.state()) {
                    // Confirmed, and its branch has not heard so.
                    case PENDING, CONFIRMED -> OrderProblems.pending(id);
                    case CANCELLED, REJECTED -> OrderProblems.notCancellable(id, attempt.state());
                })
                .orElseGet(() -> OrderProblems.unknownOrder(id));
    }

    private static ResponseEntity<OrderView> created(OrderView order) {
        return ResponseEntity.created(locationOf(order)).body(order);
    }

    private static ResponseEntity<OrderView> accepted(OrderView order) {
        return ResponseEntity.accepted()
                .location(locationOf(order))
                .header(HttpHeaders.RETRY_AFTER, SOON)
                .body(order);
    }

    private static URI locationOf(OrderView order) {
        return URI.create(PATH + "/" + order.id());
    }
}
