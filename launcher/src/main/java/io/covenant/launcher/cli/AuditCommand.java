package io.covenant.launcher.cli;

import io.covenant.launcher.client.Coordinators;
import io.covenant.launcher.client.GatewayOperators;
import io.covenant.launcher.platform.Persona;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "audit",
        description = {
            "Checks the audits of what operators did: whether an entry was changed, removed or inserted.",
            "Exits with 1 if so. The head of each stands for all that is in it: note it elsewhere."
        })
final class AuditCommand implements Callable<Integer> {

    /// All that operators ever did is read.
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Context context;

    AuditCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var platform = context.platform();
        var operator = platform.token(Persona.OPERATOR);
        var reports = new ArrayList<JsonNode>();
        SequencedMap<String, JsonNode> replicas;
        try (var coordinators = new Coordinators(platform.coordinators(), TIMEOUT, operator);
                var locks = platform.locks();
                var gateway = new GatewayOperators(
                        platform.gatewayForOperators(), System.getProperty("user.name", "nobody"), operator)) {
            reports.add(coordinators.auditCheck());
            gateway.auditCheck().ifPresent(reports::add);
            replicas = locks.auditChecks();
            reports.addAll(replicas.values());
        }
        AuditText.lines(reports).forEach(context.console()::say);
        platform.lockNodes().stream()
                .filter(node -> !replicas.containsKey(node))
                .forEach(
                        node -> context.console().say(node + " does not answer; the other lock nodes have its audit."));
        var disagreements = Replicas.disagreements(replicas.values());
        disagreements.forEach(context.console()::say);
        return disagreements.isEmpty()
                        && reports.stream()
                                .allMatch(report -> report.path("whole").asBoolean(false))
                ? 0
                : 1;
    }
}
