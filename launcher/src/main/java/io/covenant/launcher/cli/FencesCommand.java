package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.locks.FencedOff;
import io.covenant.launcher.platform.Platform;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "fences",
        description = "Shows who came to a database after their lock had passed on, and was refused; the latest first.")
final class FencesCommand implements Callable<Integer> {

    private final Context context;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "At most so many of each database.")
    int limit = 20;

    FencesCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var all = new ArrayList<FencedOff>();
        for (Role role : List.of(Role.ORDERS, Role.INVENTORY)) {
            all.addAll(in(context.platform(), role));
        }
        if (all.isEmpty()) {
            context.console().say("Nobody came with an old token.");
            return 0;
        }
        all.sort(Comparator.comparing(FencedOff::at).reversed());
        var table = new Table("at", "who", "lock", "what and why");
        all.forEach(one -> table.row(
                one.at().truncatedTo(ChronoUnit.SECONDS).toString(), one.who(), one.resource(), one.reason()));
        table.lines().forEach(context.console()::say);
        return 0;
    }

    private List<FencedOff> in(Platform platform, Role role) {
        try {
            return FencedOff.in(platform.database(role.service()), limit);
        } catch (SQLException e) {
            throw new LauncherFailure(
                    "The database of %s does not tell: %s".formatted(role.service(), String.valueOf(e.getMessage())));
        }
    }
}
