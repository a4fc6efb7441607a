package io.covenant.launcher.cli;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.demo.Catalogue;
import io.covenant.launcher.demo.Seeding;
import io.covenant.launcher.load.AcknowledgedOrders;
import io.covenant.launcher.load.LoadPlan;
import io.covenant.launcher.load.OrderLoad;
import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Persona;
import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.Progress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "train",
        hidden = true,
        description = "Records the caches that make starts fast; 'up' does it by itself.")
final class TrainCommand implements Callable<Integer> {

    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int ORDERS = 200;
    private static final Duration AT_MOST = Duration.ofSeconds(60);
    private static final List<String> PROTOCOLS = List.of("two-phase", "three-phase", "paxos-commit", "tcc", "saga");

    private final Context context;

    TrainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        context.platform().train(TrainCommand::lead, 1, new Progress() {
            @Override
            public void note(String line) {
                context.console().say(line);
            }

            @Override
            public void on(String node, NodeEvent event) {}
        });
        return 0;
    }

    /// What most requests are: goods come in, customers order and cancel under each protocol, some are refused.
    private static void lead(Platform platform) throws InterruptedException {
        try (var gateway = new Gateway(platform.gateway(), ANSWER, platform.token(Persona.CLERK));
                var acknowledged =
                        AcknowledgedOrders.appendingTo(platform.home().acknowledgedOrders())) {
            new Seeding(gateway).put(Catalogue.standard());
            LoadPlan plan = LoadPlan.of(ORDERS).withConcurrency(2).forAtMost(AT_MOST);
            new OrderLoad(gateway, acknowledged, plan.under(List.of())).run(_ -> {});
            new OrderLoad(gateway, acknowledged, plan.under(PROTOCOLS)).run(_ -> {});
        }
        try (LockService locks = platform.locks()) {
            locks.list("", ANSWER);
        }
    }
}
