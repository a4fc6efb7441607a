package io.covenant.launcher.cli;

import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.locks.Registered;
import io.covenant.launcher.platform.Platform;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "services",
        description = "Shows which instances have registered with the lock service, as the primary knows it.")
final class ServicesCommand implements Callable<Integer> {

    private final Context context;

    ServicesCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Platform platform = context.platform();
        try (LockService service = platform.locks()) {
            List<Registered> all = service.registered(LocksCommand.patience(platform));
            if (all.isEmpty()) {
                context.console().say("Nobody has registered.");
                return 0;
            }
            var table = new Table("service", "instance", "address", "weight", "zone", "session");
            all.forEach(one -> table.row(
                    one.service(),
                    one.instance(),
                    one.address(),
                    one.weight(),
                    one.zone(),
                    one.session() == 0 ? "" : "#" + one.session()));
            table.lines().forEach(context.console()::say);
        }
        return 0;
    }
}
