package io.covenant.launcher.cli;

import picocli.CommandLine.Option;

/// Explains the command instead of running it.
final class HelpOption {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean wanted;
}
