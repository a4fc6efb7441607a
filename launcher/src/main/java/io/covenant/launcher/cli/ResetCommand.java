package io.covenant.launcher.cli;

import io.covenant.launcher.platform.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "reset", description = "Ends everything and deletes its data.")
final class ResetCommand implements Callable<Integer> {

    private final Context context;

    @Option(names = "--yes", description = "Do not ask.")
    boolean yes;

    ResetCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Console console = context.console();
        Platform platform = context.platform();
        console.say("This ends all nodes and deletes for good:");
        for (Path path : platform.home().perishable()) {
            console.say("  " + path);
        }
        if (!yes && !confirmed(console)) {
            return 1;
        }
        try (var progress = console.progress(platform.names())) {
            platform.reset(progress);
        }
        console.say("Gone. './covenant up' begins anew.");
        return 0;
    }

    private static boolean confirmed(Console console) {
        if (!console.isTerminal()) {
            console.err().println("Nobody is there to ask, so nothing was done: say --yes.");
            return false;
        }
        console.out().print("Go on? [y/N] ");
        console.out().flush();
        var answer = new Scanner(System.in, java.nio.charset.Charset.defaultCharset());
        return answer.hasNextLine() && answer.nextLine().strip().equalsIgnoreCase("y");
    }
}
