package io.covenant.launcher.cli;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.platform.PlatformHome;
import io.covenant.launcher.platform.UnknownNode;
import io.covenant.launcher.postgres.PostgresFailure;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/// The program behind `./covenant`.
public final class Launcher {

    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Launcher() {}

    /// Does what the arguments say and exits with 0, 1 when it failed, or 2 when it was not understood.
    public static void main(String[] arguments) {
        System.exit(run(Console.standard(), PlatformHome::current, arguments));
    }

    static int run(Console console, Supplier<PlatformHome> home, String... arguments) {
        var context = new Context(console, home);
        var commands = new CommandLine(new Covenant())
                .addSubcommand(new UpCommand(context))
                .addSubcommand(new DownCommand(context))
                .addSubcommand(new StatusCommand(context))
                .addSubcommand(new TokenCommand(context))
                .addSubcommand(new OrderCommand(context))
                .addSubcommand(new LoadCommand(context))
                .addSubcommand(new InvariantsCommand(context))
                .addSubcommand(new TxCommand(context))
                .addSubcommand(new AuditCommand(context))
                .addSubcommand(new LocksCommand(context))
                .addSubcommand(new ServicesCommand(context))
                .addSubcommand(new FencesCommand(context))
                .addSubcommand(GatewayCommand.in(context))
                .addSubcommand(new LogsCommand(context))
                .addSubcommand(new SignalCommand.Kill(context))
                .addSubcommand(new SignalCommand.Pause(context))
                .addSubcommand(new SignalCommand.Resume(context))
                .addSubcommand(new StartCommand(context))
                .addSubcommand(new ResetCommand(context))
                .addSubcommand(new SplitCommand(context))
                .addSubcommand(bench(context))
                .addSubcommand(new TrainCommand(context))
                .addSubcommand(new CommandLine.HelpCommand());
        explain(commands);
        commands.getSubcommands().values().forEach(Launcher::explainAll);
        return commands.setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(writer(console.out()))
                .setErr(writer(console.err()))
                .setExecutionExceptionHandler((e, _, _) -> failed(console, e))
                .execute(arguments);
    }

    /// Everything after `bench` is for the benchmarks to understand.
    private static CommandLine bench(Context context) {
        return new CommandLine(new BenchCommand(context))
                .setUnmatchedOptionsArePositionalParams(true)
                .setStopAtPositional(true);
    }

    private static void explainAll(CommandLine command) {
        explain(command);
        command.getSubcommands().values().forEach(Launcher::explainAll);
    }

    /// Lets a command answer `--help`, unless it does so by itself.
    private static void explain(CommandLine command) {
        boolean itself = command.getCommand() instanceof BenchCommand
                || command.getCommandSpec().optionsMap().containsKey("--help");
        if (!itself) {
            command.getCommandSpec().addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, stream.charset()), true);
    }

    private static int failed(Console console, Exception e) throws Exception {
        return switch (e) {
            case UnknownNode unknown -> {
                console.err().println(unknown.getMessage());
                yield MISUSED;
            }
            case ConnectException _ -> {
                console.err()
                        .println(
                                "The gateway does not answer; './covenant status' tells what runs, './covenant up' starts it.");
                yield FAILED;
            }
            case LauncherFailure _, PostgresFailure _, UncheckedIOException _ -> {
                console.err().println(e.getMessage());
                yield FAILED;
            }
            default -> throw e;
        };
    }

    @Command(
            name = "covenant",
            synopsisSubcommandLabel = "COMMAND",
            description =
                    "Runs Covenant on this machine: PostgreSQL, lock nodes, coordinators, order and inventory services, gateway.",
            footer = {
                "",
                "Begin with 'up', then 'order'. Kill what you like: nothing gets lost.",
                "State lies in .covenant (COVENANT_HOME moves it)."
            })
    private static final class Covenant {}
}
