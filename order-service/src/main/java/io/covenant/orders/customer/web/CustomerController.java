package io.covenant.orders.customer.web;

import io.covenant.orders.customer.Customer;
import io.covenant.orders.customer.Customers;
import io.covenant.web.paging.Limit;
import io.covenant.web.paging.Page;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Customers and their credit.
@ApiResponse(
        responseCode = "default",
        description = "A problem document (RFC 9457)",
        content =
                @Content(
                        mediaType = "application/problem+json",
                        schema = @Schema(implementation = ProblemDetail.class)))
@RestController
@RequestMapping("/api/v1/customers")
class CustomerController {

    private final Customers customers;

    CustomerController(Customers customers) {
        this.customers = customers;
    }

    /// All customers by id, in pages.
    @GetMapping
    Page<CustomerView> list(
            @RequestParam(defaultValue = "") @Pattern(regexp = "|" + Customer.ID_PATTERN, message = Customer.ID_RULE)
                    String after,
            @RequestParam(defaultValue = Limit.DEFAULT) Limit limit) {
        var rows = customers.after(after, limit.plusOne());
        return Page.of(rows, limit, Customer::id).map(CustomerView::of);
    }

    @GetMapping("/{id}")
    CustomerView get(@PathVariable String id) {
        return customers
                .findById(id)
                .map(CustomerView::of)
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND, "unknown-customer", "There is no customer %s.".formatted(id))
                        .with("customer", id)
                        .asException());
    }

    /// A limit below what the customer owes stops further orders; those that exist stay. A customer without a limit is
    /// `"unlimited": true`.
    @ApiResponse(responseCode = "201", description = "A new customer")
    @ApiResponse(responseCode = "200", description = "A known customer, changed")
    @PutMapping("/{id}")
    ResponseEntity<CustomerView> define(
            @PathVariable @Pattern(regexp = Customer.ID_PATTERN, message = Customer.ID_RULE) String id,
            @Valid @RequestBody DefineCustomerRequest request) {
        request.refuseContradiction();
        var isNew = customers.define(id, request.name(), request.creditLimit());
        return ResponseEntity.status(isNew ? HttpStatus.CREATED : HttpStatus.OK).body(get(id));
    }
}
