package io.covenant.launcher.cli;

import picocli.CommandLine.Parameters;

/// The node that a command is about.
final class NodeArgument {

    @Parameters(paramLabel = "NODE", description = "for example coordinator-1; 'status' lists them")
    String name = "";
}
