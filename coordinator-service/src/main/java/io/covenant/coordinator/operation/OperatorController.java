package io.covenant.coordinator.operation;

import io.covenant.coordinator.operation.ParticipantInsight.Reply;
import io.covenant.coordinator.transaction.Doors;
import io.covenant.coordinator.transaction.Finish;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.security.audit.AuditReport;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.EvidenceReply;
import io.covenant.transactions.wire.FinishReply;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.PreparedBranches.Holding;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.web.paging.Limit;
import io.covenant.web.paging.Page;
import io.covenant.web.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
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
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@RestController
@RequestMapping("/admin/transactions")
@Tag(name = "Operators")
final class OperatorController {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorController.class);

    /// Until operators sign in, they say who they are.
    private static final String OPERATOR = "X-Operator";

    private static final int LONGEST_TEXT = 500;

    private final Transactions transactions;
    private final ParticipantInsight participants;
    private final InDoubt inDoubt;
    private final Resolution resolution;
    private final OperatorStore store;
    private final ServicePauses pauses;
    private final ChangeStream changes;
    private final Doors doors;

    OperatorController(
            Transactions transactions,
            Doors doors,
            ParticipantInsight participants,
            InDoubt inDoubt,
            Resolution resolution,
            OperatorStore store,
            ServicePauses pauses,
            ChangeStream changes) {
        this.transactions = transactions;
        this.doors = doors;
        this.participants = participants;
        this.inDoubt = inDoubt;
        this.resolution = resolution;
        this.store = store;
        this.pauses = pauses;
        this.changes = changes;
    }

    /// Why somebody does something.
    record Because(@Nullable String reason) {}

    /// @param outcome what the branch is to be taken for
    record Settle(@Nullable Outcome outcome, @Nullable String reason) {}

    /// @param gid of a branch that is prepared or reserved at `service`
    record FinishOrphan(
            @Nullable String service,
            @Nullable String gid,
            @Nullable String reason) {}

    // ---- seeing

    @GetMapping("/in-doubt")
    @Operation(summary = "Shows what is not over, why, and what nobody accounts for", description = """
        The coordinators' records joined with what each participant holds prepared at this moment. Only the
        coordinator that drives a transaction knows when it tries again.
        """)
    InDoubtView inDoubt(
            @Parameter(
                            description = "Only what began longer ago",
                            schema = @Schema(type = "string", format = "duration"))
                    @RequestParam(defaultValue = "PT1S")
                    Duration olderThan,
            @Parameter(schema = @Schema(type = "integer", minimum = "1", maximum = "200"))
                    @RequestParam(defaultValue = Limit.DEFAULT)
                    Limit limit) {
        if (olderThan.isNegative()) {
            throw Problem.ofField("parameter-invalid", "olderThan", "must not be negative")
                    .asException();
        }
        return inDoubt.look(olderThan, limit.value());
    }

    /// @param evidence what the service of each branch shows of it, by name; its silence where it does not answer
    record Export(TransactionResource transaction, Map<String, String> evidence, List<OperatorAct> acts) {}

    @GetMapping("/{id}/export")
    @Operation(summary = "Gives all that is known of a transaction as one document")
    ResponseEntity<Export> export(@PathVariable UUID id) {
        var transaction = find(id);
        var evidence = new TreeMap<String, String>();
        for (var branch : transaction.branches()) {
            evidence.put(branch.name(), evidenceOf(branch));
        }
        var export = new Export(transaction, evidence, store.acts(null, id.toString(), Limit.MOST));
        return ResponseEntity.ok()
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("transaction-%s.json".formatted(id))
                                .build()
                                .toString())
                .body(export);
    }

    private String evidenceOf(TransactionResource.Branch branch) {
        return BranchId.parse(branch.gid())
                .map(id -> switch (participants.evidence(branch.service(), id)) {
                    case Reply.Told<EvidenceReply>(var told) -> told.evidence().name();
                    case Reply.NoParticipant<EvidenceReply> _ -> "the service takes part in nothing";
                    case Reply.Silent<EvidenceReply>(var why) -> why;
                })
                .orElse("unreadable");
    }

    @GetMapping(path = "/changes", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(
            summary = "Streams how the transactions that this coordinator drives change",
            description =
                    "Events `changed` {id, state}. A reader that falls behind hears `behind`, and the stream ends.")
    SseEmitter changes() {
        return changes.open()
                .orElseThrow(() -> Problem.of(
                                HttpStatus.TOO_MANY_REQUESTS,
                                "too-many-streams",
                                "As many readers as this coordinator serves are watching.")
                        .retryAfter(Duration.ofSeconds(10))
                        .asException());
    }

    @GetMapping("/audit")
    @Operation(summary = "Shows what operators did, the latest first")
    Page<OperatorAct> audit(
            @Parameter(description = "The `next` of the page before") @RequestParam(required = false) @Nullable
                    Long after,
            @Parameter(description = "Only what concerns this transaction or service")
                    @RequestParam(required = false)
                    @Nullable
                    String target,
            @RequestParam(defaultValue = Limit.DEFAULT) Limit limit) {
        return Page.of(store.acts(after, target, limit.plusOne()), limit, act -> Long.toString(act.id()));
    }

    @GetMapping("/audit/check")
    @Operation(
            summary = "Tells whether anybody changed the audit",
            description = "Each entry carries the hash of the one before; the head stands for all of them.")
    AuditReport checkAudit() {
        return store.check();
    }

    // ---- acting

    @PostMapping("/{id}/retry")
    @Operation(
            summary = "Tries at once whatever the transaction waits for",
            description = "At the coordinator that drives it; the others answer 409 and name it. 410 when it is over.")
    TransactionResource retry(@PathVariable UUID id, @RequestBody Because because, HttpServletRequest request) {
        var operator = operator(request);
        var reason = required(because.reason(), "reason");
        var transaction = find(id);
        if (!doors.retryNow(new TransactionId(id))) {
            throw notTried(transaction).asException();
        }
        note(OperatorAct.of(
                operator, "retry", id.toString(), reason, transaction.state().name()));
        return find(id);
    }

    private static Problem notTried(TransactionResource transaction) {
        return transaction.finishedAt() == null
                ? Problem.of(
                                HttpStatus.CONFLICT,
                                "driven-elsewhere",
                                "%s drives the transaction; ask there.".formatted(transaction.owner()))
                        .with("owner", transaction.owner())
                : Problem.of(
                                HttpStatus.GONE,
                                "already-finished",
                                "The transaction is %s: nothing is to be tried.".formatted(transaction.state()))
                        .with("state", transaction.state().name());
    }

    @PostMapping("/finish")
    @Operation(
            summary = "Has a branch finished that is prepared or reserved and that no transaction accounts for",
            description = """
        It is told what it would be told if it asked: to commit if the decision sealed it, else to abort, which
        is then decided for ever. Before the deadline of its transaction the answer is 409.
        """)
    FinishReply.Finished finish(@RequestBody FinishOrphan orphan, HttpServletRequest request) {
        var operator = operator(request);
        var reason = required(orphan.reason(), "reason");
        var service = required(orphan.service(), "service");
        if (!transactions.knows(service)) {
            throw Problem.ofField("invalid-value", "service", "no service of this name is configured")
                    .asException();
        }
        var branch = BranchId.parse(required(orphan.gid(), "gid"))
                .orElseThrow(() -> Problem.ofField(
                                "invalid-value",
                                "gid",
                                "must be a branch such as cov1:<transaction>:<attempt>:<branch>")
                        .asException());
        var decision = decision(branch);
        var finished = transactions
                .finish(service, branch, finish(inDoubt.holding(service, branch), decision))
                .orElseThrow(() -> Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "service-silent",
                                "The service '%s' did not say what became of the branch; try again.".formatted(service))
                        .retryAfter(Duration.ofSeconds(2))
                        .asException());
        note(OperatorAct.of(
                operator, "finish", branch.gid(), reason, finished.result().name()));
        return finished;
    }

    private static Finish finish(Holding holding, Decision decision) {
        return switch (holding) {
            case PREPARED -> Finish.ofPrepared(decision);
            case RESERVED -> Finish.ofReserved(decision);
        };
    }

    /// A branch of which all is forgotten will not be committed any more.
    private Decision decision(BranchId branch) {
        if (!doors.decides(branch)) {
            throw Problem.of(
                            HttpStatus.BAD_REQUEST,
                            "unsupported-protocol",
                            "This is a branch under PAXOS_COMMIT, and this coordinator does not run it.")
                    .asException();
        }
        var reply = doors.outcome(branch);
        return switch (reply.map(OutcomeReply::outcome).orElse(Outcome.ABORTED)) {
            case COMMITTED -> Decision.COMMIT;
            case ABORTED -> Decision.ABORT;
            case UNDECIDED ->
                throw Problem.of(
                                HttpStatus.CONFLICT,
                                "undecided",
                                "Its transaction is under way, and its coordinator will finish it.")
                        .asException();
        };
    }

    @PostMapping("/{id}/branches/{branch}/resolve")
    @Operation(summary = "Settles a branch that is not as decided, by a person's word", description = """
        Changes no data: the person has seen to them. Refused where the branch's database shows otherwise,
        where it still holds the branch prepared, and where it cannot be asked.
        """)
    TransactionResource resolve(
            @PathVariable UUID id,
            @PathVariable String branch,
            @RequestBody Settle settle,
            HttpServletRequest request) {
        var operator = operator(request);
        var reason = required(settle.reason(), "reason");
        if (settle.outcome() == null || settle.outcome() == Outcome.UNDECIDED) {
            throw Problem.ofField("invalid-value", "outcome", "must be COMMITTED or ABORTED")
                    .asException();
        }
        var settled = resolution.settle(new TransactionId(id), branch, settle.outcome(), operator, reason);
        LOG.warn("{} settled branch {} of {} as {}: {}", operator, branch, id, settle.outcome(), reason);
        return settled;
    }

    @GetMapping("/paused")
    @Operation(summary = "Shows the services that are left in peace")
    List<PausedService> paused() {
        return store.paused();
    }

    @PostMapping("/paused/{service}")
    @Operation(summary = "Leaves a service in peace", description = """
        All coordinators heed it within about a second: they refuse new transactions with a branch there,
        and tell it nothing, so that what it holds prepared stays prepared. Nothing is lost.
        """)
    List<PausedService> pause(@PathVariable String service, @RequestBody Because because, HttpServletRequest request) {
        var operator = operator(request);
        var reason = required(because.reason(), "reason");
        requireKnown(service);
        if (store.pause(service, OperatorAct.of(operator, "pause", service, reason, null))) {
            LOG.warn("{} paused {}: {}", operator, service, reason);
        }
        pauses.look();
        return store.paused();
    }

    @PostMapping("/paused/{service}/resume")
    @Operation(summary = "Takes a service back")
    List<PausedService> resume(@PathVariable String service, @RequestBody Because because, HttpServletRequest request) {
        var operator = operator(request);
        var reason = required(because.reason(), "reason");
        if (!store.resume(service, OperatorAct.of(operator, "resume", service, reason, null))) {
            throw Problem.of(HttpStatus.CONFLICT, "not-paused", "The service '%s' is not paused.".formatted(service))
                    .asException();
        }
        LOG.warn("{} resumed {}: {}", operator, service, reason);
        pauses.look();
        return store.paused();
    }

    private void requireKnown(String service) {
        if (!transactions.knows(service)) {
            throw Problem.of(
                            HttpStatus.NOT_FOUND,
                            "unknown-service",
                            "No service '%s' is configured.".formatted(service))
                    .asException();
        }
    }

    private void note(OperatorAct act) {
        store.record(act);
        LOG.info("{} did {} to {}: {}", act.operator(), act.action(), act.target(), act.reason());
    }

    private TransactionResource find(UUID id) {
        return doors.find(new TransactionId(id))
                .orElseThrow(() -> Problem.of(
                                HttpStatus.NOT_FOUND,
                                "unknown-transaction",
                                "No coordinator remembers a transaction %s.".formatted(id))
                        .asException());
    }

    private static String operator(HttpServletRequest request) {
        var principal = request.getUserPrincipal();
        return principal != null ? principal.getName() : required(request.getHeader(OPERATOR), OPERATOR);
    }

    private static String required(@Nullable String text, String field) {
        if (text == null || text.isBlank()) {
            throw Problem.ofField("validation-failed", field, "is required").asException();
        }
        if (text.length() > LONGEST_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw Problem.ofField(
                            "validation-failed",
                            field,
                            "must have at most %d characters, and no control characters".formatted(LONGEST_TEXT))
                    .asException();
        }
        return text.strip();
    }
}
