package io.covenant.coordinator.insight;

import io.covenant.coordinator.transaction.Doors;
import io.covenant.coordinator.transaction.TransactionQuery;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.State;
import io.covenant.web.paging.Limit;
import io.covenant.web.paging.Page;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/transactions")
@Tag(name = "Transactions")
final class TransactionListController {

    private final Doors doors;
    private final InstantSource clock = InstantSource.system();

    TransactionListController(Doors doors) {
        this.doors = doors;
    }

    @GetMapping
    @Operation(summary = "Lists transactions of all coordinators", description = """
                    By id, the highest first; with ids of UUID version 7 that is the newest first. What another
                    coordinator has under way is shown as far as it is stored: without votes, and as VOTING until it
                    is decided. Under PAXOS_COMMIT nothing is stored: shown are those that a coordinator leads, has
                    led lately, or knows to be unfinished.
                    """)
    Page<TransactionResource> list(
            @Parameter(description = "Only those in this state") @RequestParam(required = false) @Nullable State state,
            @Parameter(
                            description = "Only those that began longer ago",
                            example = "PT5S",
                            schema = @Schema(type = "string", format = "duration"))
                    @RequestParam(required = false)
                    @Nullable
                    Duration olderThan,
            @Parameter(description = "The `next` of the page before") @RequestParam(required = false) @Nullable
                    UUID after,
            @Parameter(schema = @Schema(type = "integer", minimum = "1", maximum = "200"))
                    @RequestParam(defaultValue = Limit.DEFAULT)
                    Limit limit) {
        Instant before = olderThan == null ? null : clock.instant().minus(olderThan);
        var rows = doors.list(
                new TransactionQuery(state, before, after == null ? null : new TransactionId(after), limit.plusOne()));
        return Page.of(rows, limit, row -> row.id().toString());
    }
}
