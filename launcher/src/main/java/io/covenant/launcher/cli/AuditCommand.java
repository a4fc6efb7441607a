package io.covenant.launcher.cli;

import io.covenant.launcher.client.Coordinators;
import io.covenant.launcher.client.GatewayOperators;
import io.covenant.launcher.locks.LockService.AuditChecks;
import io.covenant.launcher.platform.Persona;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "audit",
        description = {
            "Checks the audits of what operators did: whether an entry was changed, removed or inserted.",
            "Exits with 1 if so, or if somebody who answers has not checked. The head of each stands for all that is in it: note it elsewhere."
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
        AuditChecks replicas;
        try (var coordinators = new Coordinators(platform.coordinators(), TIMEOUT, operator);
                var locks = platform.locks();
                var gateway = new GatewayOperators(
                        platform.gatewayForOperators(), System.getProperty("user.name", "nobody"), operator)) {
            reports.add(coordinators.auditCheck());
            gateway.auditCheck().ifPresent(reports::add);
            replicas = locks.auditChecks();
            reports.addAll(replicas.reports().values());
        }
        AuditText.lines(reports).forEach(context.console()::say);
        platform.lockNodes().stream()
                .filter(node -> !replicas.reports().containsKey(node)
                        && !replicas.refusals().containsKey(node))
                .forEach(
                        node -> context.console().say(node + " does not answer; the other lock nodes have its audit."));
        replicas.refusals()
                .forEach((node, said) -> context.console().say("%s did not check its audit: %s".formatted(node, said)));
        var disagreements = Replicas.disagreements(replicas.reports().values());
        disagreements.forEach(context.console()::say);
        return disagreements.isEmpty()
                        && replicas.refusals().isEmpty()
                        && reports.stream()
                                .allMatch(report -> report.path("whole").asBoolean(false))
                ? 0
                : 1;
    }
}
