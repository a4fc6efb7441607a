package io.covenant.locks.operation;

import io.covenant.locks.namespace.AuditEntry;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Token;
import io.covenant.locks.web.Door;
import io.covenant.locks.wire.AuditPage;
import io.covenant.security.audit.AuditReport;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/admin/locks/audit")
@Tag(name = "Operators")
final class AuditController {

    private final Door door;

    AuditController(Door door) {
        this.door = door;
    }

    @GetMapping
    @Operation(
            summary = "Shows what operators did",
            description = "The last thousand acts; with `here=true` as this node knows them.")
    AuditPage audit(@RequestParam(defaultValue = "false") boolean here, HttpServletResponse response) {
        return new AuditPage(entries(here, response).stream()
                .map(entry -> new AuditPage.Entry(
                        entry.number(),
                        Token.index(entry.stamp()),
                        entry.timeMillis(),
                        entry.act().name(),
                        entry.name(),
                        entry.by(),
                        entry.reason(),
                        entry.former(),
                        entry.hash()))
                .toList());
    }

    @GetMapping("/check")
    @Operation(summary = "Says whether an entry was changed, removed or inserted", description = """
                    In the audit of the node that is asked. All nodes have the same: where two that tell of equally many                     acts differ in the head, one was tampered with.
                    """)
    AuditReport check(HttpServletResponse response) {
        return AuditCheck.of("locks@" + door.node().name(), entries(true, response));
    }

    private List<AuditEntry> entries(boolean here, HttpServletResponse response) {
        return door.read(here, null, response, Namespace::audit);
    }
}
