package io.covenant.coordinator.transaction.web;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Doors;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.coordinator.transaction.TransactionSettings;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.RunRequest;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchRefusal;
import io.covenant.web.direct.Direct;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.Violation;
import io.covenant.web.request.RequestId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/transactions")
@Tag(name = "Transactions")
final class TransactionController {

    private static final String MDC_TRANSACTION = "transaction";

    /// What a participant answers, not as a vote but as a problem, to a branch that it cannot even read. The
    /// transaction has aborted like any other; its initiator gets the problem, because repeating it is of no use.
    private static final Set<String> UNREADABLE = Set.of(
            "unknown-operation",
            "unsupported-protocol",
            "validation-failed",
            "unknown-field",
            "wrong-type",
            "invalid-value");

    /// A figure of `unsupported-protocol` that is no field.
    private static final String MODE = "mode";

    private final Doors doors;
    private final RunRequestReader reader;

    TransactionController(Transactions transactions, Doors doors, TransactionSettings settings) {
        this.doors = doors;
        this.reader = new RunRequestReader(settings, transactions::knows, doors.hasQuorum());
    }

    @Direct
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Runs a transaction, and waits for its outcome until about its deadline", description = """
        All branches happen, or none. Sending the same body under the same id again does not run it again,
        at whichever coordinator; without an id it is a new transaction each time. A transaction that
        committed is answered when every branch has confirmed it, so that its writes can be read, or at the
        deadline if some branch is slow: then its state is COMMITTING.
        """)
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = RunRequest.class)))
    @ApiResponse(
            responseCode = "201",
            description = "It ran, and committed",
            content = @Content(schema = @Schema(implementation = TransactionResource.class)))
    @ApiResponse(
            responseCode = "200",
            description =
                    "It ran and aborted, `refusal` says why; or it had been run before, `outcome` says how it ended",
            content = @Content(schema = @Schema(implementation = TransactionResource.class)))
    @ApiResponse(
            responseCode = "202",
            description = "Not decided yet: `Location` tells where to ask",
            content = @Content(schema = @Schema(implementation = TransactionResource.class)))
    @ApiResponse(
            responseCode = "400",
            description = "The request breaks a rule",
            content = @Content(mediaType = "application/problem+json"))
    @ApiResponse(
            responseCode = "410",
            description = "`transaction-forgotten`: the id, a UUID of version 7, is older than coordinators remember;"
                    + " nothing was begun",
            content = @Content(mediaType = "application/problem+json"))
    @ApiResponse(
            responseCode = "422",
            description = "`unknown-service`; or a participant cannot read its branch, as `unknown-operation`,"
                    + " or does not run it so, `unsupported-protocol`; or"
                    + " `idempotency-key-reused`: the id belongs to another transaction",
            content = @Content(mediaType = "application/problem+json"))
    @ApiResponse(
            responseCode = "503",
            description =
                    "`register-unavailable`, `too-many-transactions`, `service-paused`, `shutting-down`: nothing was"
                            + " begun",
            content = @Content(mediaType = "application/problem+json"))
    ResponseEntity<TransactionResource> run(@RequestBody byte[] body) {
        var plan = reader.read(body, RequestId.current());
        MDC.put(MDC_TRANSACTION, plan.id().toString());
        try {
            return answer(plan, doors.run(plan));
        } finally {
            MDC.remove(MDC_TRANSACTION);
        }
    }

    private static ResponseEntity<TransactionResource> answer(TransactionPlan plan, RunAnswer answer) {
        return switch (answer) {
            case RunAnswer.Decided(var transaction, var replayed) -> decided(transaction, replayed);
            case RunAnswer.Undecided(var transaction) ->
                ResponseEntity.accepted()
                        .location(locationOf(plan.id().value()))
                        .body(transaction);
            case RunAnswer.OutOfSight _ ->
                ResponseEntity.accepted()
                        .location(locationOf(plan.id().value()))
                        .build();
            case RunAnswer.OtherBody _ ->
                throw Problem.of(
                                HttpStatus.UNPROCESSABLE_CONTENT,
                                "idempotency-key-reused",
                                "The id %s belongs to a transaction with another body.".formatted(plan.id()))
                        .violating(List.of(new Violation("id", "belongs to a transaction with another body")))
                        .asException();
            case RunAnswer.Forgotten _ -> throw forgotten(plan.id().value()).asException();
            case RunAnswer.NotBegun(var reason, var retryAfter) ->
                throw notBegun(reason, retryAfter).asException();
        };
    }

    private static ResponseEntity<TransactionResource> decided(TransactionResource transaction, boolean replayed) {
        var refusal = transaction.refusal();
        if (refusal != null && UNREADABLE.contains(refusal.code())) {
            throw unreadable(transaction, refusal).asException();
        }
        if (replayed || transaction.outcome() != Outcome.COMMITTED) {
            return ResponseEntity.ok(transaction);
        }
        return ResponseEntity.created(locationOf(transaction.id())).body(transaction);
    }

    private static Problem unreadable(TransactionResource transaction, BranchRefusal refusal) {
        int branch = 0;
        while (!transaction.branches().get(branch).name().equals(refusal.branch())) {
            branch++;
        }
        var place = "branches[%d].".formatted(branch);
        var violations = refusal.parameters().entrySet().stream()
                .filter(figure -> !figure.getKey().equals(MODE))
                .map(figure -> new Violation(place + figure.getKey(), figure.getValue()))
                .toList();
        return Problem.of(
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        refusal.code(),
                        "The service '%s' cannot read its branch: %s"
                                .formatted(transaction.branches().get(branch).service(), refusal.detail()))
                .violating(violations.isEmpty() ? List.of(new Violation(place, refusal.detail())) : violations)
                .with("transaction", transaction.id().toString())
                .with("outcome", String.valueOf(transaction.outcome()));
    }

    private static Problem notBegun(RunAnswer.Reason reason, Duration retryAfter) {
        return switch (reason) {
            case REGISTER_UNAVAILABLE -> StoreProblems.registerUnavailable(retryAfter);
            case TOO_MANY_TRANSACTIONS ->
                Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "too-many-transactions",
                                "This coordinator has as many transactions under way as it takes; nothing was begun.")
                        .retryAfter(retryAfter);
            case SERVICE_PAUSED ->
                Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "service-paused",
                                "An operator has paused a service of this transaction; nothing was begun.")
                        .retryAfter(retryAfter);
            case GROUP_NOT_FOUNDED ->
                Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "register-unavailable",
                                "Too few of the coordinators have met to run PAXOS_COMMIT; nothing was begun.")
                        .retryAfter(retryAfter);
            case SHUTTING_DOWN ->
                Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "shutting-down",
                                "This coordinator is going down; nothing was begun.")
                        .retryAfter(retryAfter);
        };
    }

    @GetMapping("/{id}")
    @Operation(
            summary = "Shows a transaction",
            description = "Without asking decides nothing. Its owner shows all of it; the others what is stored.")
    @ApiResponse(responseCode = "200")
    @ApiResponse(
            responseCode = "404",
            description = "No coordinator remembers it",
            content = @Content(mediaType = "application/problem+json"))
    TransactionResource show(@PathVariable UUID id) {
        return doors.find(new TransactionId(id))
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND,
                                "unknown-transaction",
                                "No coordinator remembers a transaction %s.".formatted(id))
                        .asException());
    }

    @GetMapping("/{id}/outcome")
    @Operation(summary = "Asks for the outcome, and decides it if need be", description = """
        After the deadline, or when nobody remembers the transaction, asking aborts it for ever. Before,
        the answer may be UNDECIDED. With `branch`, COMMITTED is answered only if the decision sealed that
        very branch. Of a transaction that is older than coordinators remember, and not on record,
        nothing is decided unless one of its branches asks: 410. The same goes for an id of version 8 that is
        not on record, however young: the same request sent once more tells what became of it.
        """)
    OutcomeReply outcome(
            @PathVariable UUID id,
            @Parameter(
                            description = "The gid of the branch that asks",
                            example = "cov1:<transaction>:<attempt>:<branch>")
                    @RequestParam(required = false)
                    @Nullable
                    String branch,
            @Parameter(
                            description = "The protocol that it was run under, of a transaction as a whole. Without it"
                                    + " both the store and a majority of the coordinators must answer before what"
                                    + " nobody remembers is aborted")
                    @RequestParam(required = false)
                    @Nullable
                    CommitProtocol protocol) {
        if (branch == null) {
            return doors.outcome(new TransactionId(id), Optional.ofNullable(protocol))
                    .orElseThrow(() -> forgotten(id).asException());
        }
        var named = BranchId.parse(branch)
                .filter(parsed -> parsed.transaction().value().equals(id))
                .orElseThrow(() -> Problem.ofField(
                                "parameter-invalid", "branch", "must be the gid of a branch of this transaction")
                        .asException());
        if (!doors.decides(named)) {
            throw noQuorum().asException();
        }
        return doors.outcome(named).orElseThrow(() -> forgotten(id).asException());
    }

    private static Problem forgotten(UUID id) {
        if (new TransactionId(id).isDecidedByItsBranch()) {
            return Problem.of(
                    HttpStatus.GONE,
                    "transaction-not-on-record",
                    "No coordinator remembers %s, and an id of version 8 says that a branch may have committed it all the same: the same request sent once more tells."
                            .formatted(id));
        }
        return Problem.of(
                HttpStatus.GONE,
                "transaction-forgotten",
                "The id %s is so old that what was begun under it may be over, and forgotten; nothing was begun."
                        .formatted(id));
    }

    private static Problem noQuorum() {
        return Problem.of(
                HttpStatus.BAD_REQUEST,
                "unsupported-protocol",
                "This is a branch under PAXOS_COMMIT, and covenant.coordinator.paxos.members names no coordinators"
                        + " here.");
    }

    private static URI locationOf(UUID id) {
        return URI.create("/api/v1/transactions/" + id);
    }
}
