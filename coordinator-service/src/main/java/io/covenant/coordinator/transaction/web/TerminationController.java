package io.covenant.coordinator.transaction.web;

import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.TerminateReply;
import io.covenant.transactions.wire.TerminateRequest;
import io.covenant.web.problem.Problem;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// What participants ask about branches under three-phase commit. Not for the outside: whoever names another
/// electorate than a transaction's own could have a minority decide.
@RestController
@RequestMapping("/internal/v1/transactions")
final class TerminationController {

    private static final Pattern TERM = Pattern.compile("[a-z0-9-]{1,40}");

    private final Transactions transactions;

    TerminationController(Transactions transactions) {
        this.transactions = transactions;
    }

    @PostMapping("/{id}/terminate")
    TerminateReply terminate(@PathVariable UUID id, @RequestBody TerminateRequest request) {
        var branch = BranchId.parse(request.gid())
                .filter(named -> named.transaction().value().equals(id))
                .orElseThrow(
                        () -> Problem.ofField("invalid-value", "gid", "must be the gid of a branch of this transaction")
                                .asException());
        var electorate = new TreeMap<>(request.electorate());
        boolean valid = electorate.containsKey(branch.name())
                && electorate.entrySet().stream()
                        .allMatch(one -> TERM.matcher(one.getKey()).matches()
                                && TERM.matcher(one.getValue()).matches());
        if (!valid) {
            throw Problem.ofField(
                            "invalid-value", "electorate", "must name the service of each branch, this branch included")
                    .asException();
        }
        return transactions
                .terminate(branch, electorate)
                .orElseThrow(() -> Problem.of(
                                HttpStatus.CONFLICT,
                                "other-protocol",
                                "The transaction is not under three-phase commit: ask for its outcome.")
                        .asException());
    }
}
