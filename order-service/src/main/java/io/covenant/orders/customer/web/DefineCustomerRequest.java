package io.covenant.orders.customer.web;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// What a customer is called and may owe.
///
/// @param creditLimit what the confirmed orders may sum up to, in EUR; absent exactly when unlimited
/// @param unlimited   true for a customer without a limit: never by leaving something out
record DefineCustomerRequest(
        @NotBlank @Size(max = 200) @Pattern(regexp = "\\P{Cntrl}*", message = "must not contain control characters")
        String name,

        @DecimalMin("0.00")
        @DecimalMax("9999999999.99")
        @Digits(integer = 10, fraction = 2, message = "must have at most two decimals")
        @Nullable
        BigDecimal creditLimit,

        @Nullable Boolean unlimited) {

    /// @throws ProblemException unless there is either a limit or none
    void refuseContradiction() {
        boolean none = Boolean.TRUE.equals(unlimited);
        if (none == (creditLimit != null)) {
            throw Problem.ofField(
                            "validation-failed",
                            "creditLimit",
                            none ? "must not be given for an unlimited customer" : "must not be null, unless unlimited")
                    .asException();
        }
    }
}
