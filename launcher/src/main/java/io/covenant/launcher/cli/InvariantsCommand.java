package io.covenant.launcher.cli;

import io.covenant.launcher.invariants.Finding;
import io.covenant.launcher.invariants.Invariants;
import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.platform.Platform;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "invariants",
        description =
                "Checks in the databases that stock is conserved, nothing is half done and nothing acknowledged is lost; "
                        + "exits with 1 unless all holds.")
final class InvariantsCommand implements Callable<Integer> {

    private static final int VIOLATIONS_SHOWN = 5;

    private final Context context;

    InvariantsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Platform platform = context.platform();
        var acknowledged = AcknowledgedOrders.in(platform.home().acknowledgedOrders());
        List<Finding> findings = new Invariants(platform::database, acknowledged).check();
        findings.forEach(this::tell);
        return findings.stream().allMatch(Finding::holds) ? 0 : 1;
    }

    private void tell(Finding finding) {
        Console console = context.console();
        console.say("%-8s  %s (%s)".formatted(finding.verdict(), finding.sentence(), finding.figures()));
        finding.violations().stream()
                .limit(VIOLATIONS_SHOWN)
                .forEach(violation -> console.say("            " + violation));
        int more = finding.violations().size() - VIOLATIONS_SHOWN;
        if (more > 0) {
            console.say("            and %d more".formatted(more));
        }
    }
}
