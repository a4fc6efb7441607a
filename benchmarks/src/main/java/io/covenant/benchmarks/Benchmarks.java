package io.covenant.benchmarks;

import io.covenant.benchmarks.gateway.GatewayBenchmark;
import io.covenant.benchmarks.locks.LocksBenchmark;
import io.covenant.benchmarks.locks.LocksFailOver;
import io.covenant.benchmarks.transactions.TransactionsBenchmark;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The measurements of this project, each a command.
@Command(
        name = "bench",
        description = "Measures the platform beside what it is compared with, on this machine.",
        subcommands = {TransactionsBenchmark.class, LocksBenchmark.class, LocksFailOver.class, GatewayBenchmark.class},
        mixinStandardHelpOptions = true)
public final class Benchmarks {

    private static final String DEFAULT = "transactions";

    /// Runs the named measurement; without a name, or with options only, that of transactions.
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(withDefault(arguments)));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Benchmarks()).setExecutionExceptionHandler((failure, command, _) -> {
            command.getErr().println("The measurement failed: " + failure);
            failure.printStackTrace(command.getErr());
            return CommandLine.ExitCode.SOFTWARE;
        });
    }

    static String[] withDefault(String... arguments) {
        boolean named = arguments.length > 0 && (!arguments[0].startsWith("-") || isHelp(arguments[0]));
        if (named) {
            return arguments;
        }
        String[] whole = new String[arguments.length + 1];
        whole[0] = DEFAULT;
        System.arraycopy(arguments, 0, whole, 1, arguments.length);
        return whole;
    }

    private static boolean isHelp(String argument) {
        return argument.equals("--help") || argument.equals("-h");
    }
}
