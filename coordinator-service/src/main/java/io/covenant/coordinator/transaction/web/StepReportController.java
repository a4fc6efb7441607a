package io.covenant.coordinator.transaction.web;

import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.StepReport;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/// Hears from services that steps are over which they had only accepted.
@RestController
@Hidden
final class StepReportController {

    private final Transactions transactions;

    StepReportController(Transactions transactions) {
        this.transactions = transactions;
    }

    /// 204 where the saga is driven here, and has heard it; 202 where it is not: its owner asks the step now and then,
    /// and a report that is lost costs time and nothing else.
    @PostMapping("/internal/v1/steps/reports")
    ResponseEntity<Void> report(@RequestBody StepReport report) {
        var step = BranchId.parse(String.valueOf(report.gid()))
                .orElseThrow(() -> Problem.ofField("invalid-value", "gid", "must be the gid of a saga's step")
                        .asException());
        boolean heard = transactions.report(step, report.toRefusal());
        return ResponseEntity.status(heard ? HttpStatus.NO_CONTENT : HttpStatus.ACCEPTED)
                .build();
    }
}
